import { tags as tagsType } from '../types.bicep'

param workspaceName string
param insightsName string
param location string
param tags tagsType
param retentionDays int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }

  // Log lines are read when something has happened. That costs by the gigabyte read, and writing a fifth of what it does otherwise. Basic
  // keeps them searchable for 30 days; the rest of the time they can be restored. No alert can query this table.
  resource traces 'tables' = {
    name: 'AppTraces'
    properties: {
      plan: 'Basic'
      totalRetentionInDays: retentionDays
    }
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'accounts')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Accounts'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: string(loadJsonContent('../workbook.json'))
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    // Every log line is an audit line; host.json also keeps the host from sampling them.
    SamplingPercentage: 100
  }
}
