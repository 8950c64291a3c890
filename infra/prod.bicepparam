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
param alwaysReadyMail = 2
param zoneRedundant = true
param maximumInstances = 100
param logRetentionDays = 90
param alertEmails = ['operators@example.com', 'on-call@example.com']
param alertWebhook = readEnvironmentVariable('ALERT_WEBHOOK', '')
param budget = { amount: 500, from: '2026-12-01' }
param privateNetwork = true
// The image is built from tools/Operations; its registry and digest go here. The other group must exist.
param backup = {
  resourceGroup: 'accounts-backups'
  location: 'northeurope'
  image: 'registry.example.com/operations@sha256:0000000000000000000000000000000000000000000000000000000000000000'
  fullAt: '0 2 * * *'
  immutableDays: 35
  locked: false
}
param deleteLocks = true
