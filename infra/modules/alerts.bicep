import { budget as budgetType, tags as tagsType } from '../types.bicep'

metadata description = 'Watches the app, and calls the people who look after it.'

param name string
param location string
param tags tagsType
param workspaceName string
param insightsName string
param functionAppName string
param dataStorageName string
param hostStorageName string
param vaultName string

@description('The account of the backups; empty for none.')
param backupStorageName string

@description('True if delivery reports arrive.')
param withReports bool

@description('The URL of the API, under which the app is probed.')
param apiUrl string

@description('True if the app is reached by a name of its own, whose certificate can expire.')
param ownName bool
param alertEmails string[]

@secure()
param alertWebhook string

@description('True probes the app from outside.')
param probed bool

@description('Where Azure probes the app from.')
param probeLocations string[]
param budget budgetType?

var rules = filter(
  loadYamlContent('../alerts.yaml'),
  rule =>
    !contains(rule, 'needs') || (rule.needs == 'reports' && withReports) || (rule.needs == 'backup' && !empty(backupStorageName))
)

var denials = [
  { name: 'storage-denied', account: dataStorageName }
  { name: 'host-storage-denied', account: hostStorageName }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: functionAppName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  #disable-next-line no-hardcoded-location // Action groups are global.
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'accounts'
    emailReceivers: [
      for (address, index) in alertEmails: {
        name: 'operators-${index + 1}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
    webhookReceivers: empty(alertWebhook)
      ? []
      : [{ name: 'pager', serviceUri: alertWebhook, useCommonAlertSchema: true }]
  }
}

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-${name}-${rule.name}'
    location: location
    tags: tags
    properties: {
      description: rule.text
      severity: rule.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: rule.?frequency ?? 'PT5M'
      windowSize: rule.window
      autoMitigate: true

      // The tables do not exist before the first line is written to them.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: replace(rule.query, '{backup}', backupStorageName)
            timeAggregation: contains(rule, 'column') ? 'Total' : 'Count'
            metricMeasureColumn: rule.?column
            operator: 'GreaterThan'
            threshold: rule.?threshold ?? 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource serverErrors 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-5xx'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The platform counts more than ten answers with 5xx: also those that never reached the app.'
    severity: 1
    enabled: true
    scopes: [app.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: '5xx'
          metricName: 'Http5xx'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource throttledStorage 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-storage-throttled'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The storage account refuses calls: it is near its limit of 20,000 a second, or a partition is near its 2,000.'
    severity: 1
    enabled: true
    scopes: [dataStorage.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricName: 'Transactions'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'ServerBusyError'
                'ClientThrottlingError'
                'ClientAccountRequestThrottlingError'
                'ServerTimeoutError'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource deniedStorage 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for denial in denials: {
    name: 'alert-${name}-${denial.name}'
    #disable-next-line no-hardcoded-location // Metric alerts are global.
    location: 'global'
    tags: tags
    properties: {
      description: 'The storage account answers 403: the app has lost a role, or somebody tries without one.'
      severity: 1
      enabled: true
      scopes: [resourceId('Microsoft.Storage/storageAccounts', denial.account)]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'denied'
            metricName: 'Transactions'
            dimensions: [{ name: 'ResponseType', operator: 'Include', values: ['AuthorizationError'] }]
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 10
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource deniedVault 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-vault-denied'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The vault answers 403: the app has lost its role, or somebody tries without one.'
    severity: 1
    enabled: true
    scopes: [vault.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'denied'
          metricName: 'ServiceApiResult'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['403'] }]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

// From outside, which also sees what keeps requests from the app: DNS, certificate, front door, an app that does not start.
resource readiness 'Microsoft.Insights/webtests@2022-06-15' = if (probed) {
  name: 'ready-${name}'
  location: location
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'ready-${name}'
    Name: 'ready-${name}'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [for location in probeLocations: { Id: location }]
    Request: { RequestUrl: '${apiUrl}/health/ready', HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true }
  }
}

resource unavailable 'Microsoft.Insights/metricAlerts@2018-03-01' = if (probed) {
  name: 'alert-${name}-availability'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The app is not ready, as seen from two places at least.'
    severity: 0
    enabled: true
    scopes: [readiness.id, insights.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: readiness.id
      componentId: insights.id
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: people.id }]
  }
}

// Another test, so that a certificate that expires in a month wakes nobody.
resource certificate 'Microsoft.Insights/webtests@2022-06-15' = if (probed && ownName) {
  name: 'certificate-${name}'
  location: location
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'certificate-${name}'
    Name: 'certificate-${name}'
    Kind: 'standard'
    Enabled: true
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: [{ Id: probeLocations[0] }]
    Request: { RequestUrl: '${apiUrl}/health/live', HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 21 }
  }
}

resource expiring 'Microsoft.Insights/metricAlerts@2018-03-01' = if (probed && ownName) {
  name: 'alert-${name}-certificate'
  #disable-next-line no-hardcoded-location // Metric alerts are global.
  location: 'global'
  tags: tags
  properties: {
    description: 'The certificate of the public name expires within three weeks, or is already bad.'
    severity: 2
    enabled: true
    scopes: [certificate.id, insights.id]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: certificate.id
      componentId: insights.id
      failedLocationCount: 1
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource spending 'Microsoft.Consumption/budgets@2024-08-01' = if (budget != null) {
  name: 'budget-${name}'
  properties: {
    category: 'Cost'
    amount: budget!.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: budget!.from }
    notifications: {
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: alertEmails
        contactGroups: [people.id]
      }
      actual: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: alertEmails
        contactGroups: [people.id]
      }
    }
  }
}
