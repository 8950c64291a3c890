using 'main.bicep'

param workload = 'accounts'
param environmentName = 'prod'
param productName = 'Example'
// For the first deployment verified: false; docs/operations.md has the steps.
param email = {
  kind: 'customDomain'
  dataLocation: 'Europe'
  domain: 'mail.example.com'
  senderUsername: 'accounts'
  verified: true
}
param publicUrl = 'https://accounts.example.com'
param alwaysReady = 2
param maximumInstances = 100
param samplingPercentage = 10
param logRetentionDays = 90
param alertEmail = 'operators@example.com'
param privateNetwork = true
param deleteLocks = true
param signingKeySeed = readEnvironmentVariable('SIGNING_KEY_SEED', '')
