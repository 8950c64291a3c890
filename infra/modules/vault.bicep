import { tags as tagsType } from '../types.bicep'

@minLength(3)
@maxLength(24)
param name string
param location string
param tags tagsType

@secure()
param codeKeySeed string

@secure()
param factorsKeySeed string

@description('True makes a key that encrypts backups.')
param withBackupKey bool

@secure()
param backupKeySeed string

@secure()
param smtpPassword string
param operatorObjectId string
param private bool

@description('The subnet for private endpoints.')
param endpoints { subnetId: string, zoneIds: { *: string } }?
param workspaceName string
param lock bool

var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

// A new value would void all open codes and the grace of all refresh tokens, so the first one stays.
@onlyIfNotExists()
resource codeKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: 'CodesKey'
  properties: {
    value: base64(codeKeySeed)
    contentType: 'Codes__Key: base64 of 72 characters, 244 random bits'
  }
}

// Without the first one, no authenticator app would work again.
@onlyIfNotExists()
resource factorsKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: 'FactorsKey'
  properties: {
    value: base64(factorsKeySeed)
    contentType: 'Factors__Key: base64 of 72 characters, 244 random bits'
  }
}

// Without the first one, no earlier backup can be read. A copy must lie outside the vault: docs/backup.md.
@onlyIfNotExists()
resource backupKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (withBackupKey) {
  parent: vault
  name: 'BackupKey'
  properties: {
    value: base64(backupKeySeed)
    contentType: 'Backup__Key: base64 of 72 characters, 244 random bits'
  }
}

resource mailPassword 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(smtpPassword)) {
  parent: vault
  name: 'SmtpPassword'
  properties: {
    value: smtpPassword
    contentType: 'Smtp__Password'
  }
}

resource operator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorObjectId)) {
  name: guid(vault.id, operatorObjectId, secretsOfficer)
  scope: vault
  properties: {
    principalId: operatorObjectId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
  }
}

module endpoint 'endpoint.bicep' = if (private) {
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    targetId: vault.id
    service: 'vault'
    endpoints: endpoints!
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspace.id
    // Into the table AZKVAuditLogs, which an alert queries.
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

resource noDelete 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'no-delete'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the keys of codes, tokens and second factors.'
  }
}
