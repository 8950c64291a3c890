import { domainRecords as domainRecordsType, email as emailType, tags as tagsType } from '../types.bicep'

param name string
param tags tagsType
param identityName string
param email emailType

@description('The name of the sender that recipients see next to the address.')
param productName string
param workspaceName string

// The only built-in role that allows sending. It allows more, so it is assigned on this resource only.
var emailOwner = '09976791-48a7-449e-bb21-39d1a415f350'
var custom = email.kind == 'customDomain'
var senderUsername = email.kind == 'customDomain' ? email.senderUsername : 'DoNotReply'
var linked = email.kind == 'customDomain' ? email.verified : true

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

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
  name: 'acs-${name}'
  #disable-next-line no-hardcoded-location // As above.
  location: 'global'
  tags: tags
  properties: {
    dataLocation: email.kind == 'smtp' ? 'Europe' : email.dataLocation
    disableLocalAuth: true
    linkedDomains: linked ? [service::domain.id] : []
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(communication.id, identity.id, emailOwner)
  scope: communication
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', emailOwner)
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
