import {
  backup as backupType
  budget as budgetType
  domainRecords as domainRecordsType
  email as emailType
  tags as tagsType
} from 'types.bicep'

metadata description = 'The accounts backend: function app, storage, vault, mail and monitoring.'

@description('Short name of the workload; part of every name.')
@minLength(2)
@maxLength(10)
param workload string

@description('Environment, for example dev or prod; part of every name.')
@minLength(2)
@maxLength(8)
param environmentName string

param location string = resourceGroup().location

@description('The name of the product in mails.')
param productName string

@description('The service that sends the mails.')
param email emailType

@description('Mails per minute and per hour: the quota that the mail service grants.')
param emailQuota { perMinute: int, perHour: int } = { perMinute: 30, perHour: 100 }

@description('The URL at which clients reach the app, without a trailing slash; empty for the default name. It is the issuer of access tokens, so changing it invalidates all of them.')
param publicUrl string = ''

@description('Audience of access tokens.')
param audience string = 'account-functions'

@description('Further app settings, as local.settings.sample.json names them.')
param settings { *: string } = {}

@description('True makes the app read the secret TokensPreviousSigningKeys of the vault: keys that are published and accepted, but never used to sign.')
param previousSigningKeys bool = false

@description('True makes the app read the secret CodesPreviousKey of the vault: the previous key, which opens queue messages that are still waiting.')
param previousCodesKey bool = false

@description('True makes the app read the secret FactorsPreviousKeys of the vault: earlier keys of second factors, separated by commas.')
param previousFactorsKeys bool = false

@description('Further app settings that are secrets: the name of the setting, and that of its secret in the vault. For example { Providers__google__ClientSecret: \'GoogleClientSecret\' }.')
param vaultSettings { *: string } = {}

@description('Instances that are always ready to answer HTTP; 0 scales to zero.')
@minValue(0)
param alwaysReady int = 0

@description('Instances that are always ready to send mail, which has instances of its own; 0 scales to zero.')
@minValue(0)
param alwaysReadyMail int = 0

@description('True spreads the instances over availability zones. The region and the storage must have zones, and each always ready number be 2 or more.')
param zoneRedundant bool = false

@description('The most instances that Azure starts for a group of functions: HTTP is one, and each queue function is another. It may exceed the number for a while.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('How storage is replicated. Not every region has availability zones; in one without, use LRS, or GRS with a copy in another region.')
param storageSku ('Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS') = 'Standard_ZRS'

@description('How long logs are kept, in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('The email addresses that get alerts. Name two, or one and a webhook: a single receiver may be away.')
param alertEmails string[] = []

@description('The URL that gets alerts in the common alert schema, for example that of a pager; empty for none. It often contains a key.')
@secure()
param alertWebhook string = ''

@description('True probes the app from outside. Without anybody to call, that is not worth its price.')
param probed bool = !empty(alertEmails)

@description('Where Azure probes the app from: ids of availability test locations, at least three.')
@minLength(3)
param probeLocations string[] = ['emea-nl-ams-azr', 'emea-gb-db3-azr', 'us-va-ash-azr']

@description('What the resource group may cost; absent for no limit.')
param budget budgetType?

@description('Origins whose pages may call the API from a browser, for example https://app.example.com. No wildcard.')
param corsOrigins string[] = []

@description('Id of the only Front Door profile that may call the app (its property frontDoorId); empty lets anyone call the app directly.')
param frontDoorId string = ''

@description('Networks that may not call the app, in CIDR notation, such as 192.0.2.0/24. Behind Front Door, use the rules of its firewall instead.')
@maxLength(400)
param blockedNetworks string[] = []

@description('True puts storage and vault behind private endpoints. Deployments of code must then come from inside the network.')
param privateNetwork bool = false

@description('Backups of the tables in another region; absent for none.')
param backup backupType?

@description('True protects what holds data from deletion.')
param deleteLocks bool = false

@description('Object id of the operator who may write secrets of the vault; empty for none.')
param operatorObjectId string = ''

param tags tagsType = {}

@description('Password for the mail server, if one sends the mails. Empty leaves the secret unchanged.')
@secure()
param smtpPassword string = ''

@description('Source of the key from which codes and refresh tokens are derived. Only the first deployment uses it; the secret is never overwritten.')
@secure()
param codeKeySeed string = '${newGuid()}${newGuid()}'

@description('Source of the key that encrypts the secrets of second factors. Only the first deployment uses it; the secret is never overwritten.')
@secure()
param factorsKeySeed string = '${newGuid()}${newGuid()}'

@description('Source of the key that encrypts backups. Only the first deployment with backups uses it; the secret is never overwritten.')
@secure()
param backupKeySeed string = '${newGuid()}${newGuid()}'

// Comes before the readable part of a name, so that no truncation removes it.
var token = take(uniqueString(subscription().id, resourceGroup().id, workload, environmentName), 8)
var name = '${workload}-${environmentName}-${token}'
var allTags = union(tags, { workload: workload, environment: environmentName })
var workspaceName = 'log-${name}'
var insightsName = 'appi-${name}'
var hostStorageName = 'sth${token}${workload}'
var dataStorageName = 'std${token}${workload}'
var reportsStorageName = 'str${token}${workload}'
var backupStorageName = 'stb${token}${workload}'
var communicationName = 'acs-${name}'
var vaultName = 'kv-${token}-${workload}'
var functionAppName = 'func-${name}'
var defaultUrl = 'https://${functionAppName}.azurewebsites.net'
var bySmtp = email.kind == 'smtp'
var reportQueues = ['mail-reports', 'mail-reports-poison']
var apiUrl = empty(publicUrl) ? defaultUrl : publicUrl

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: workspaceName
    insightsName: insightsName
    location: location
    tags: allTags
    retentionDays: logRetentionDays
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  params: {
    name: name
    location: location
    tags: allTags
  }
}

module hostStorage 'modules/storage.bicep' = {
  params: {
    name: hostStorageName
    location: location
    tags: allTags
    containers: ['deployment']
    sku: storageSku
    privateEndpoints: privateNetwork ? ['blob', 'queue', 'table'] : []
    endpoints: network.?outputs.endpoints
    workspaceName: workspaceName
    lock: false
  }
  dependsOn: [monitoring]
}

module dataStorage 'modules/storage.bicep' = {
  params: {
    name: dataStorageName
    location: location
    tags: allTags
    tables: ['Addresses', 'Accounts', 'Throttles', 'Deletions', 'Tickets', 'Directory']
    // The function that reads reports always exists, and its trigger fails without a queue. By SMTP no report ever comes to this one.
    queues: concat(
      ['account-events', 'email-jobs', 'email-jobs-poison', 'housekeeping-jobs', 'housekeeping-jobs-poison'],
      bySmtp ? reportQueues : []
    )
    sku: storageSku
    privateEndpoints: privateNetwork ? ['queue', 'table'] : []
    endpoints: network.?outputs.endpoints
    workspaceName: workspaceName
    lock: deleteLocks
  }
  dependsOn: [monitoring]
}

module vault 'modules/vault.bicep' = {
  params: {
    name: vaultName
    location: location
    tags: allTags
    codeKeySeed: codeKeySeed
    factorsKeySeed: factorsKeySeed
    withBackupKey: backup != null
    backupKeySeed: backupKeySeed
    smtpPassword: smtpPassword
    operatorObjectId: operatorObjectId
    private: privateNetwork
    endpoints: network.?outputs.endpoints
    workspaceName: workspaceName
    lock: deleteLocks
  }
  dependsOn: [monitoring]
}

module mail 'modules/mail.bicep' = if (!bySmtp) {
  params: {
    communicationName: communicationName
    name: name
    tags: allTags
    email: email
    productName: productName
    workspaceName: workspaceName
  }
  dependsOn: [monitoring]
}

// An account of its own, because Event Grid comes from outside the private network, and the data account stays closed.
module reportsStorage 'modules/storage.bicep' = if (!bySmtp) {
  params: {
    name: reportsStorageName
    location: location
    tags: allTags
    queues: reportQueues
    sku: storageSku
    privateEndpoints: privateNetwork ? ['queue'] : []
    trustedServices: true
    endpoints: network.?outputs.endpoints
    workspaceName: workspaceName
    lock: false
  }
  dependsOn: [monitoring]
}

module reports 'modules/reports.bicep' = if (!bySmtp) {
  params: {
    name: name
    tags: allTags
    communicationName: communicationName
    storageName: reportsStorageName
    queueName: reportQueues[0]
  }
  dependsOn: [mail, reportsStorage]
}

module appRights 'modules/rights.bicep' = {
  params: {
    #disable-next-line what-if-short-circuiting // Only the names of the assignments need the principal, and only they are in that module.
    principalId: identity.properties.principalId
    accounts: concat(
      [
        { name: hostStorageName, role: 'Storage Blob Data Owner' }
        { name: hostStorageName, role: 'Storage Queue Data Contributor' }
        { name: hostStorageName, role: 'Storage Table Data Contributor' }
        { name: dataStorageName, role: 'Storage Queue Data Contributor' }
        { name: dataStorageName, role: 'Storage Table Data Contributor' }
      ],
      bySmtp ? [] : [{ name: reportsStorageName, role: 'Storage Queue Data Contributor' }]
    )
    vault: vaultName
    insights: insightsName
    communication: bySmtp ? '' : communicationName
  }
  dependsOn: [hostStorage, dataStorage, reportsStorage, vault, mail, monitoring]
}

module functionApp 'modules/functionapp.bicep' = {
  params: {
    name: functionAppName
    planName: 'plan-${name}'
    location: location
    tags: allTags
    identityName: identity.name
    hostStorageName: hostStorageName
    dataStorageName: dataStorageName
    reportsStorageName: bySmtp ? dataStorageName : reportsStorageName
    vaultName: vaultName
    insightsName: insightsName
    subnetId: network.?outputs.appSubnetId
    frontDoorId: frontDoorId
    blockedNetworks: blockedNetworks
    corsOrigins: corsOrigins
    alwaysReady: alwaysReady
    alwaysReadyMail: alwaysReadyMail
    zoneRedundant: zoneRedundant
    maximumInstances: maximumInstances
    settings: union(
      {
        Tokens__Issuer: '${apiUrl}/api'
        Tokens__Audience: audience
        Email__ProductName: productName
        Email__PerMinute: string(emailQuota.perMinute)
        Email__PerHour: string(emailQuota.perHour)
      },
      // Front Door is one more trusted proxy.
      empty(frontDoorId) ? {} : { Throttle__TrustedProxyHops: '2' },
      email.kind == 'smtp'
        ? {
            Email__Transport: 'Smtp'
            Email__Sender: email.sender
            Smtp__Host: email.host
            Smtp__Port: string(email.port)
            Smtp__Username: email.username
          }
        : {
            Email__Transport: 'AzureCommunication'
            Email__Sender: mail!.outputs.sender
            CommunicationServices__endpoint: mail!.outputs.endpoint
            CommunicationServices__credential: 'managedidentity'
            CommunicationServices__clientId: identity.properties.clientId
          },
      empty(frontDoorId) && contains(settings, 'Throttle__TrustedProxyHops')
        ? fail('Throttle__TrustedProxyHops needs frontDoorId: anyone who calls the app directly could forge the entry that it trusts.')
        : settings
    )
    vaultItems: union(
      { Codes__Key: 'CodesKey', Factors__Key: 'FactorsKey', Tokens__SigningKey: 'TokensSigningKey' },
      previousCodesKey ? { Codes__PreviousKey: 'CodesPreviousKey' } : {},
      previousFactorsKeys ? { Factors__PreviousKeys: 'FactorsPreviousKeys' } : {},
      previousSigningKeys ? { Tokens__PreviousSigningKeys: 'TokensPreviousSigningKeys' } : {},
      bySmtp ? { Smtp__Password: 'SmtpPassword' } : {},
      vaultSettings
    )
  }
  // It reads its secrets and its package at its first start.
  dependsOn: [appRights]
}

module backupStorage 'modules/backupstorage.bicep' = if (backup != null) {
  scope: resourceGroup(backup!.resourceGroup)
  params: {
    name: backupStorageName
    location: backup!.location
    tags: allTags
    immutableDays: backup!.immutableDays
    locked: backup!.locked
    private: privateNetwork
    workspaceId: resourceId('Microsoft.OperationalInsights/workspaces', workspaceName)
    lock: deleteLocks
  }
  dependsOn: [monitoring]
}

// In the network of the app: it leads across regions.
module backupEndpoint 'modules/endpoint.bicep' = if (backup != null && privateNetwork) {
  params: {
    name: 'pe-${backupStorageName}-blob'
    location: location
    tags: allTags
    targetId: backupStorage!.outputs.id
    service: 'blob'
    endpoints: network!.outputs.endpoints
  }
}

module backups 'modules/backup.bicep' = if (backup != null) {
  params: {
    name: name
    location: location
    tags: allTags
    backup: backup!
    dataStorageName: dataStorageName
    backupStorageName: backupStorageName
    target: '${backupStorage!.outputs.blobEndpoint}backups'
    vaultName: vaultName
    workspaceName: workspaceName
    subnetId: network.?outputs.jobSubnetId
  }
  dependsOn: [backupEndpoint, dataStorage, vault]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: name
    location: location
    tags: allTags
    workspaceName: workspaceName
    insightsName: insightsName
    functionAppName: functionAppName
    dataStorageName: dataStorageName
    hostStorageName: hostStorageName
    vaultName: vaultName
    backupStorageName: backup == null ? '' : backupStorageName
    withReports: !bySmtp
    apiUrl: '${apiUrl}/api'
    ownName: !empty(publicUrl)
    alertEmails: alertEmails
    alertWebhook: alertWebhook
    probed: probed
    probeLocations: probeLocations
    budget: budget
  }
  dependsOn: [monitoring, functionApp, dataStorage, hostStorage, vault]
}

output functionAppName string = functionAppName
output apiUrl string = '${apiUrl}/api'

@description('The URL at which the app answers before a custom name is bound.')
output defaultApiUrl string = '${defaultUrl}/api'
output vaultName string = vaultName

@description('The value of AccountsStorage__queueServiceUri for the command poison.')
output queueServiceUri string = dataStorage.outputs.queueServiceUri

@description('The DNS records to publish before a custom mail domain can be verified.')
output mailDomainRecords domainRecordsType = mail.?outputs.domainRecords ?? {}
