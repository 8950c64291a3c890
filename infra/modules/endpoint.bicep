import { tags as tagsType } from '../types.bicep'

metadata description = 'A private endpoint of one service, with its name in the network.'

param name string
param location string
param tags tagsType

@description('The resource to which the endpoint leads.')
param targetId string

@description('The service of the resource: blob, queue, table or vault.')
param service string
param endpoints { subnetId: string, zoneIds: { *: string } }

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: endpoints.subnetId }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [service]
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service
          properties: { privateDnsZoneId: endpoints.zoneIds[service] }
        }
      ]
    }
  }
}
