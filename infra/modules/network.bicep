import { tags as tagsType } from '../types.bicep'

param name string
param location string
param tags tagsType

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
}

// Only this network can reach storage and vault, and only by HTTPS.
resource rules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'https-from-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: 'vnet-${name}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/22'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/24'
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/24'
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: { id: rules.id }
        }
      }
      {
        // Container Apps cannot share a subnet with the app.
        name: 'jobs'
        properties: {
          addressPrefix: '10.20.2.0/27'
          delegations: [{ name: 'jobs', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource jobSubnet 'subnets' existing = {
    name: 'jobs'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for item in items(zones): {
    name: item.value
    #disable-next-line no-hardcoded-location // DNS zones have no region.
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [
  for (item, index) in items(zones): {
    parent: zone[index]
    name: 'to-network'
    #disable-next-line no-hardcoded-location // DNS zones have no region.
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

output appSubnetId string = network::appSubnet.id
output jobSubnetId string = network::jobSubnet.id
output endpoints { subnetId: string, zoneIds: { *: string } } = {
  subnetId: network::endpointSubnet.id
  zoneIds: {
    blob: resourceId('Microsoft.Network/privateDnsZones', zones.blob)
    queue: resourceId('Microsoft.Network/privateDnsZones', zones.queue)
    table: resourceId('Microsoft.Network/privateDnsZones', zones.table)
    vault: resourceId('Microsoft.Network/privateDnsZones', zones.vault)
  }
}
