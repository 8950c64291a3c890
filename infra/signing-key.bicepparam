using 'signing-key.bicep'

param vault = readEnvironmentVariable('VAULT', '')
param signingKeySeed = readEnvironmentVariable('SIGNING_KEY_SEED', '')
