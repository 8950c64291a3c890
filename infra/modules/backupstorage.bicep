import { tags as tagsType } from '../types.bicep'

metadata description = 'Where backups lie: in another region and another resource group than what they are of, and unchangeable for a time.'

@minLength(3)
@maxLength(24)
param name string
param location string
param tags tagsType

@description('Days in which nobody can change or delete a run. A day later it is deleted.')
param immutableDays int

@description('True if somebody has locked the policy; the template then leaves it alone, because a locked one can only be extended.')
param locked bool
param private bool

@description('Id of the workspace that gets the logs.')
param workspaceId string
param lock bool

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Cool'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    isLocalUserEnabled: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
    }
  }

  resource blobService 'blobServices' = {
    name: 'default'
    properties: {
      // The policy of the container holds for versions, and needs them.
      isVersioningEnabled: true
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    resource container 'containers' = {
      name: 'backups'
      properties: {
        publicAccess: 'None'
        immutableStorageWithVersioning: { enabled: true }
      }

      resource policy 'immutabilityPolicies' = if (!locked) {
        name: 'default'
        properties: {
          immutabilityPeriodSinceCreationInDays: immutableDays
          allowProtectedAppendWrites: false
        }
      }
    }
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'old-runs'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['backups/'] }
              actions: {
                baseBlob: { delete: { daysAfterCreationGreaterThan: immutableDays + 1 } }
                version: { delete: { daysAfterCreationGreaterThan: immutableDays + 1 } }
              }
            }
          }
        ]
      }
    }
    dependsOn: [blobService]
  }
}

// The alerts query when the last manifest was written.
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobService
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource noDelete 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'no-delete'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the backups of the accounts.'
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
