metadata description = 'Gives one identity its roles. A module of its own, because the names of the assignments contain the principal, which is known only during the deployment.'

@description('Object id of the identity.')
param principalId string

@description('Roles on whole storage accounts, by the names of the accounts.')
param accounts { name: string, role: storageRole }[] = []

@description('Roles on single queues.')
param queues { account: string, name: string, role: storageRole }[] = []

@description('Roles on single containers.')
param containers { account: string, name: string, role: storageRole }[] = []

@description('The vault whose secrets the identity may read; empty for none.')
param vault string = ''

@description('The Application Insights component to which the identity may send; empty for none.')
param insights string = ''

@description('The Communication Services resource with which the identity may send mail; empty for none.')
param communication string = ''

type storageRole =
  | 'Storage Blob Data Contributor'
  | 'Storage Blob Data Owner'
  | 'Storage Queue Data Contributor'
  | 'Storage Queue Data Message Sender'
  | 'Storage Table Data Contributor'
  | 'Storage Table Data Reader'

var storageRoles = {
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Storage Table Data Reader': '76199698-9eea-4c19-bc75-cec21354c6b6'
}
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

// The only built-in role that allows sending. It allows more, so it is assigned on this resource only.
var emailOwner = '09976791-48a7-449e-bb21-39d1a415f350'

// A name is scope, principal and role. An identity that is deleted and made again has the same resource id but another principal, and
// Azure refuses to change the principal of an assignment (RoleAssignmentUpdateNotPermitted); a new principal therefore gets new names.
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = [
  for grant in accounts: {
    name: grant.name
  }
]

resource onAccount 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (grant, index) in accounts: {
    name: guid(account[index].id, principalId, storageRoles[grant.role])
    scope: account[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageRoles[grant.role])
    }
  }
]

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = [
  for grant in queues: {
    name: '${grant.account}/default/${grant.name}'
  }
]

resource onQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (grant, index) in queues: {
    name: guid(queue[index].id, principalId, storageRoles[grant.role])
    scope: queue[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageRoles[grant.role])
    }
  }
]

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = [
  for grant in containers: {
    name: '${grant.account}/default/${grant.name}'
  }
]

resource onContainer 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (grant, index) in containers: {
    name: guid(container[index].id, principalId, storageRoles[grant.role])
    scope: container[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageRoles[grant.role])
    }
  }
]

resource secrets 'Microsoft.KeyVault/vaults@2025-05-01' existing = if (!empty(vault)) {
  name: vault
}

resource onSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vault)) {
  name: guid(secrets.id, principalId, secretsUser)
  scope: secrets
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = if (!empty(insights)) {
  name: insights
}

resource onComponent 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(insights)) {
  name: guid(component.id, principalId, metricsPublisher)
  scope: component
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource mail 'Microsoft.Communication/communicationServices@2026-03-18' existing = if (!empty(communication)) {
  name: communication
}

resource onMail 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(communication)) {
  name: guid(mail.id, principalId, emailOwner)
  scope: mail
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', emailOwner)
  }
}
