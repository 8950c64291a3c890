using 'main.bicep'

param workload = 'accounts'
param environmentName = 'dev'
param productName = 'Example'
param email = {
  kind: 'managedDomain'
  dataLocation: 'Europe'
}
param emailQuota = { perMinute: 5, perHour: 10 }
param maximumInstances = 5
param storageSku = 'Standard_LRS'
