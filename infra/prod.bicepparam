using 'main.bicep'

param workload = 'accounts'
param environmentName = 'prod'
param productName = 'Example'
// verified: true once the DNS records are published and verified; docs/operations.md has the steps.
param email = {
  kind: 'customDomain'
  dataLocation: 'Europe'
  domain: 'mail.example.com'
  senderUsername: 'accounts'
  verified: false
}
param publicUrl = 'https://accounts.example.com'
param alwaysReady = 2
param maximumInstances = 100
param logRetentionDays = 90
param alertEmail = 'operators@example.com'
param privateNetwork = true
param deleteLocks = true
param signingKeySeed = readEnvironmentVariable('SIGNING_KEY_SEED', '')
