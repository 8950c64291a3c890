import { tags as tagsType } from '../types.bicep'

metadata description = 'Sends the delivery reports of Communication Services to a queue.'

param name string
param tags tagsType
param communicationName string

@description('The account with the queue. It must let trusted Azure services through.')
param storageName string
param queueName string

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = {
  name: communicationName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${name}'
  #disable-next-line no-hardcoded-location // The topic lies where its source lies, and Communication Services are global.
  location: 'global'
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: communication.id
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

module sender 'rights.bicep' = {
  params: {
    #disable-next-line what-if-short-circuiting // Only the names of the assignments need the principal, and only they are in that module.
    principalId: topic.identity.principalId
    queues: [{ account: storageName, name: queueName, role: 'Storage Queue Data Message Sender' }]
  }
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'mail-reports'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    filter: { includedEventTypes: ['Microsoft.Communication.EmailDeliveryReportReceived'] }
    // The account accepts no keys, and behind its firewall Event Grid counts as a trusted service only with an identity.
    deliveryWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: storage.id
          queueName: queueName
          // A report older than three days changes nothing any more.
          queueMessageTimeToLiveInSeconds: 259200
        }
      }
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
  }
  dependsOn: [sender]
}
