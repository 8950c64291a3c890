import { tags as tagsType } from '../types.bicep'

param name string
param planName string
param location string
param tags tagsType
param identityName string
param hostStorageName string
param dataStorageName string

@description('The account with the queue mail-reports.')
param reportsStorageName string
param vaultName string
param insightsName string

@description('Subnet from which the app reaches private endpoints.')
param subnetId string?

@description('Id of the only Front Door profile that may call the app; empty lets anyone call it.')
param frontDoorId string

@description('Networks that may not call the app.')
param blockedNetworks string[]

@description('Origins whose pages may call the API from a browser.')
param corsOrigins string[]
param alwaysReady int
param alwaysReadyMail int
param zoneRedundant bool
param maximumInstances int

@description('App settings that are not secret.')
param settings { *: string }

@description('App settings that are secret, with the names of their secrets in the vault.')
param vaultItems { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource reportsStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: reportsStorageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds the app by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}deployment'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        alwaysReady: concat(
          alwaysReady == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady }],
          alwaysReadyMail == 0 ? [] : [{ name: 'function:SendEmail', instanceCount: alwaysReadyMail }]
        )
        triggers: { http: { perInstanceConcurrency: 32 } }
      }
    }
    // Flex Consumption refuses what does not apply to it, such as ftpsState (error 51021).
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      cors: empty(corsOrigins) ? null : { allowedOrigins: corsOrigins, supportCredentials: false }

      // Otherwise a direct caller could forge the X-Forwarded-For entry that the app trusts.
      ipSecurityRestrictionsDefaultAction: empty(frontDoorId) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(frontDoorId)
        ? map(range(0, length(blockedNetworks)), index => {
            name: 'blocked-${index + 1}'
            action: 'Deny'
            priority: 100 + index
            ipAddress: blockedNetworks[index]
          })
        : [
            {
              name: 'front-door'
              action: 'Allow'
              priority: 100
              tag: 'ServiceTag'
              ipAddress: 'AzureFrontDoor.Backend'
              headers: { 'x-azure-fdid': [frontDoorId] }
            }
          ]
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  // Replaces all settings: the next deployment removes settings made by hand.
  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AZURE_CLIENT_ID: identity.properties.clientId
        AZURE_FUNCTIONS_ENVIRONMENT: 'Production'
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true'
        // Of traces, one in a hundred, in host and app alike. Logs and measurements are whole.
        OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
        OTEL_TRACES_SAMPLER_ARG: '0.01'
        // Clients do not need the host's page at the root.
        AzureWebJobsDisableHomepage: 'true'
        AzureWebJobsStorage__accountName: hostStorage.name
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        AccountsStorage__queueServiceUri: dataStorage.properties.primaryEndpoints.queue
        AccountsStorage__tableServiceUri: dataStorage.properties.primaryEndpoints.table
        AccountsStorage__credential: 'managedidentity'
        AccountsStorage__clientId: identity.properties.clientId
        ReportsStorage__queueServiceUri: reportsStorage.properties.primaryEndpoints.queue
        ReportsStorage__credential: 'managedidentity'
        ReportsStorage__clientId: identity.properties.clientId
        // The host buffers whole bodies before the app sees them. The app accepts 64 KiB; with the default of 100 MiB, a few requests would fill the memory.
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1048576'
      },
      reduce(
        items(vaultItems),
        {},
        (all, secret) =>
          union(all, { '${secret.key}': '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secret.value})' })
      ),
      settings
    )
  }
}
