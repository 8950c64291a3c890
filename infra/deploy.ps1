# The same steps as deploy.sh, for PowerShell 7: infra/deploy.ps1 RESOURCE_GROUP LOCATION PARAMETERS [-DryRun]
# Needs az (signed in), the .NET SDK and openssl (Git for Windows has one). It does not wait for a public name that is not bound yet.
param(
  [Parameter(Mandatory)] [string] $Group,
  [Parameter(Mandatory)] [string] $Location,
  [Parameter(Mandatory)] [string] $Parameters,
  [switch] $DryRun
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '..')

$file = "infra/$Parameters.bicepparam"
if (-not (Test-Path $file)) { throw "$file does not exist" }
$work = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName()))

# Prints what it does; with -DryRun it does nothing else.
function Invoke-Step([string] $Program, [string[]] $Arguments) {
  Write-Host "+ $Program $Arguments"
  if (-not $DryRun) { & $Program @Arguments }
}

function Get-Output([string] $Name) {
  $value = Invoke-Step az @('deployment', 'group', 'show', '--resource-group', $Group, '--name', 'accounts', '--query', "properties.outputs.$Name.value", '--output', 'tsv')
  if ($DryRun) { "<$Name>" } else { $value }
}

try {
  Write-Host '1. Resources'
  foreach ($provider in 'App', 'Authorization', 'Communication', 'EventGrid', 'Insights', 'AlertsManagement', 'KeyVault', 'ManagedIdentity', 'Network', 'OperationalInsights', 'Storage', 'Web') {
    $state = Invoke-Step az @('provider', 'show', '--namespace', "Microsoft.$provider", '--query', 'registrationState', '--output', 'tsv')
    if ($state -ne 'Registered') { Invoke-Step az @('provider', 'register', '--namespace', "Microsoft.$provider", '--wait') }
  }
  # The parameter files read it from the environment, so that it appears on no command line. If there is already a signing key, the template keeps that one.
  Write-Host '+ SIGNING_KEY_SEED=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)'
  if (-not $DryRun) { $env:SIGNING_KEY_SEED = (openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256) -join "`n" }
  # Only if it is missing, because creating an existing group replaces its tags.
  if ((Invoke-Step az @('group', 'exists', '--name', $Group)) -ne 'true') {
    Invoke-Step az @('group', 'create', '--name', $Group, '--location', $Location, '--output', 'none')
  }
  Invoke-Step az @('deployment', 'group', 'what-if', '--resource-group', $Group, '--name', 'accounts', '--parameters', $file)
  Invoke-Step az @('deployment', 'group', 'create', '--resource-group', $Group, '--name', 'accounts', '--parameters', $file, '--output', 'none')
  $env:SIGNING_KEY_SEED = $null
  $app = Get-Output functionAppName
  $defaultApi = Get-Output defaultApiUrl
  $api = Get-Output apiUrl

  Write-Host '2. The app'
  Invoke-Step dotnet @('publish', 'AccountFunctions', '--configuration', 'Release', '-p:AzureCommunicationEmail=Package', '--output', "$work/app")
  if (-not $DryRun) {
    # Unlike Compress-Archive, this includes hidden folders.
    [IO.Compression.ZipFile]::CreateFromDirectory("$work/app", "$work/app.zip")
    $zip = [IO.Compression.ZipFile]::OpenRead("$work/app.zip")
    $names = $zip.Entries.FullName
    $zip.Dispose()
    foreach ($needed in 'host.json', 'worker.config.json', 'functions.metadata', 'extensions.json', 'AccountFunctions.dll') {
      if ($names -notcontains $needed) { throw "what was published lacks $needed" }
    }
    if (-not ($names -like '.azurefunctions/*')) { throw 'what was published lacks .azurefunctions' }
    if ($names -contains 'local.settings.json') { throw 'local.settings.json must not leave this machine' }
  }
  Invoke-Step az @('functionapp', 'deployment', 'source', 'config-zip', '--resource-group', $Group, '--name', $app, '--src', "$work/app.zip", '--timeout', '600')

  # Azure caches the vault's secrets for up to a day, and a restart alone does not change that.
  $id = Invoke-Step az @('functionapp', 'show', '--resource-group', $Group, '--name', $app, '--query', 'id', '--output', 'tsv')
  $references = "https://management.azure.com$id/config/configreferences/appsettings"
  Invoke-Step az @('rest', '--method', 'post', '--url', "$references/refresh?api-version=2024-11-01", '--output', 'none')
  for ($try = 0; $try -lt 30; $try++) {
    $open = Invoke-Step az @('rest', '--method', 'get', '--url', "${references}?api-version=2024-11-01", '--query', "value[?properties.status!='Resolved'].[name, properties.status]", '--output', 'tsv')
    if (-not $open) { break }
    Start-Sleep -Seconds 10
  }
  if ($open) { throw "These settings do not get their secrets: $open" }
  Invoke-Step az @('functionapp', 'restart', '--resource-group', $Group, '--name', $app)

  Write-Host '3. Smoke test'
  Invoke-Step dotnet @('run', '--project', 'tools/Operations', '--', 'smoke', '--base-url', $defaultApi, '--issuer', $api)
  if ($api -ne $defaultApi) { Write-Host "Bind $api (docs/operations.md), then run: smoke --base-url $api" }
  Write-Host "The API is at $api"
}
finally {
  $env:SIGNING_KEY_SEED = $null
  Remove-Item -Recurse -Force $work
}
