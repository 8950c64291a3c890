import { backup as backupType, tags as tagsType } from '../types.bicep'

metadata description = 'Runs the backup: a full one every night, an increment every quarter of an hour.'

param name string
param location string
param tags tagsType
param backup backupType
param dataStorageName string
param backupStorageName string

@description('The URL of the container to which the runs go.')
param target string
param vaultName string
param workspaceName string

@description('The subnet of the jobs in a private network.')
param subnetId string?

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName

  resource key 'secrets' existing = {
    name: 'BackupKey'
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'idb-${name}'
  location: location
  tags: tags
}

// It reads tables and adds runs. It can neither write a table nor, because of the policy on the container, take a run away.
module reading 'rights.bicep' = {
  params: {
    #disable-next-line what-if-short-circuiting // Only the names of the assignments need the principal, and only they are in that module.
    principalId: identity.properties.principalId
    accounts: [{ name: dataStorageName, role: 'Storage Table Data Reader' }]
    vault: vaultName
  }
}

module writing 'rights.bicep' = {
  scope: resourceGroup(backup.resourceGroup)
  params: {
    #disable-next-line what-if-short-circuiting // As above.
    principalId: identity.properties.principalId
    containers: [{ account: backupStorageName, name: 'backups', role: 'Storage Blob Data Contributor' }]
  }
}

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: 'cae-${name}'
  location: location
  tags: tags
  properties: {
    // By diagnostic settings, because the workspace accepts no key.
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: true }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: environment
  properties: {
    workspaceId: workspace.id
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

var runs = [
  // A full run may take its time; the quarter-hours go on meanwhile.
  { kind: 'full', cron: backup.fullAt, seconds: 14400, retries: 2 }
  // One that hangs must not hold up the next; the next also makes up for one that failed.
  { kind: 'incremental', cron: '*/15 * * * *', seconds: 840, retries: 0 }
]

resource job 'Microsoft.App/jobs@2025-01-01' = [
  for run in runs: {
    name: 'caj-${run.kind}-${uniqueString(name)}'
    location: location
    tags: tags
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: { '${identity.id}': {} }
    }
    properties: {
      environmentId: environment.id
      workloadProfileName: 'Consumption'
      configuration: {
        triggerType: 'Schedule'
        scheduleTriggerConfig: { cronExpression: run.cron, parallelism: 1, replicaCompletionCount: 1 }
        replicaTimeout: run.seconds
        replicaRetryLimit: run.retries
        secrets: [{ name: 'backup-key', keyVaultUrl: vault::key.properties.secretUri, identity: identity.id }]
        registries: empty(backup.?registry ?? '') ? null : [{ server: backup.registry!, identity: identity.id }]
      }
      template: {
        containers: [
          {
            name: 'backup'
            image: backup.image
            args: ['backup', '--${run.kind}', '--to', target]
            resources: { cpu: json('1'), memory: '2Gi' }
            env: [
              { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
              { name: 'AccountsStorage__tableServiceUri', value: dataStorage.properties.primaryEndpoints.table }
              { name: 'AccountsStorage__credential', value: 'managedidentity' }
              { name: 'AccountsStorage__clientId', value: identity.properties.clientId }
              { name: 'Backup__Key', secretRef: 'backup-key' }
            ]
          }
        ]
      }
    }
    dependsOn: [reading, writing]
  }
]

@description('The identity that must be able to pull the image from a private registry.')
output identityId string = identity.id
