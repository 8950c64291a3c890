import { domainRecords as domainRecordsType, email as emailType, tags as tagsType } from '../types.bicep'

param communicationName string
param name string
param tags tagsType
param email emailType

@description('The name of the sender that recipients see next to the address.')
param productName string
param workspaceName string

var custom = email.kind == 'customDomain'
var senderUsername = email.kind == 'customDomain' ? email.senderUsername : 'DoNotReply'
var linked = email.kind == 'customDomain' ? email.verified : true

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource service 'Microsoft.Communication/emailServices@2025-09-01' = {
  name: 'acse-${name}'
  #disable-next-line no-hardcoded-location // The service is global; dataLocation decides where its data is.
  location: 'global'
  tags: tags
  properties: { dataLocation: email.kind == 'smtp' ? 'Europe' : email.dataLocation }

  resource domain 'domains' = {
    name: email.kind == 'customDomain' ? email.domain : 'AzureManagedDomain'
    #disable-next-line no-hardcoded-location // As above.
    location: 'global'
    tags: tags
    properties: {
      domainManagement: custom ? 'CustomerManaged' : 'AzureManaged'
      userEngagementTracking: 'Disabled'
    }

    resource sender 'senderUsernames' = if (custom && linked) {
      name: senderUsername
      properties: {
        username: senderUsername
        displayName: productName
      }
    }
  }
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' = {
  name: communicationName
  #disable-next-line no-hardcoded-location // As above.
  location: 'global'
  tags: tags
  properties: {
    dataLocation: email.kind == 'smtp' ? 'Europe' : email.dataLocation
    disableLocalAuth: true
    linkedDomains: linked ? [service::domain.id] : []
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: communication
  properties: {
    workspaceId: workspace.id
    logs: [
      { category: 'EmailSendMailOperational', enabled: true }
      { category: 'EmailStatusUpdateOperational', enabled: true }
    ]
  }
}

output endpoint string = 'https://${communication.properties.hostName}'
output sender string = '${senderUsername}@${service::domain.properties.mailFromSenderDomain}'
output domainRecords domainRecordsType = custom ? service::domain.properties.verificationRecords : {}
