# The walk of the README in PowerShell 7. Start the app first: dotnet run --project tools/LocalHost
param([string] $Site = 'http://localhost:7071')
$ErrorActionPreference = 'Stop'

function Send([string] $Operation, [hashtable] $Body) {
    Invoke-RestMethod "$Site/api/account/$Operation" -Method Post -ContentType 'application/json' -Body ($Body | ConvertTo-Json)
}

$ada = "ada$(Get-Random)@example.com"
$password = 'blue tractor 77'
Send register @{ username = $ada; password1 = $password; password2 = $password }

# The mail follows in a moment. /emailMessages is the outbox as JSON.
do { $mails = Invoke-RestMethod "$Site/emailMessages?to=$ada" } until ($mails)
$code = $mails[-1].subject -replace '\D.*'
Send activate @{ username = $ada; code = $code }

$access = (Send login @{ username = $ada; password = $password }).data.access
Invoke-RestMethod "$Site/api/account/details" -Headers @{ Authorization = "Bearer $access" } | ConvertTo-Json
