#!/usr/bin/env bash
# Deploys the whole backend; running it again gives the same result: infra/deploy.sh RESOURCE_GROUP LOCATION PARAMETERS [--dry-run]
# PARAMETERS is the name of a file infra/NAME.bicepparam. Needs az (signed in), the .NET SDK, curl, openssl and zip.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 3 ]; then
  echo "usage: infra/deploy.sh RESOURCE_GROUP LOCATION dev|prod [--dry-run]" >&2
  exit 2
fi

group=$1 location=$2 parameters=infra/$3.bicepparam
dry=${4:-}
[ -f "$parameters" ] || { echo "$parameters does not exist" >&2; exit 2; }
[ -z "$dry" ] || [ "$dry" = --dry-run ] || { echo "$dry is not an option" >&2; exit 2; }

# The host reads the files of the package as another user, whatever the umask of this shell.
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints what it does; with --dry-run it does nothing else.
run() {
  printf '+ %s\n' "$*" >&2
  [ -n "$dry" ] || "$@"
}

output() {
  run az deployment group show --resource-group "$group" --name accounts --query "properties.outputs.$1.value" --output tsv || return
  [ -z "$dry" ] || echo "<$1>"
}

# Uploads sometimes fail for temporary reasons.
retry() {
  for attempt in 1 2 3; do
    run "$@" && return
    echo "attempt $attempt of 3 failed" >&2
    [ "$attempt" = 3 ] || sleep "${RETRY_PAUSE:-30}"
  done
  return 1
}

echo "1. Resources" >&2
for provider in App Authorization Communication EventGrid Insights AlertsManagement KeyVault ManagedIdentity Network OperationalInsights Storage Web; do
  state=$(run az provider show --namespace "Microsoft.$provider" --query registrationState --output tsv)
  [ "$state" = Registered ] || run az provider register --namespace "Microsoft.$provider" --wait
done
# The parameter files read it from the environment, so that it appears on no command line. If there is already a signing key, the template keeps that one.
echo "+ SIGNING_KEY_SEED=\$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)" >&2
if [ -z "$dry" ]; then SIGNING_KEY_SEED=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256); fi
export SIGNING_KEY_SEED
# Only if it is missing, because creating an existing group replaces its tags.
exists=$(run az group exists --name "$group")
[ "$exists" = true ] || run az group create --name "$group" --location "$location" --output none
run az deployment group what-if --resource-group "$group" --name accounts --parameters "$parameters"
run az deployment group create --resource-group "$group" --name accounts --parameters "$parameters" --output none
unset SIGNING_KEY_SEED
# One by one, because of several assignments on a line, the shell reports only the last one's failure.
app=$(output functionAppName)
default_api=$(output defaultApiUrl)
api=$(output apiUrl)

echo "2. The app" >&2
run dotnet publish AccountFunctions --configuration Release -p:AzureCommunicationEmail=Package --output "$work/app"
run infra/package.sh "$work/app" "$work/app.zip"
retry az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$work/app.zip" --timeout 600
run infra/refresh-secrets.sh "$group" "$app"

echo "3. Smoke test" >&2
run dotnet run --project tools/Operations -- smoke --base-url "$default_api" --issuer "$api"
if [ "$api" != "$default_api" ]; then
  # A custom name can be bound only after the app exists.
  reached=0
  run curl --silent --show-error --output /dev/null --max-time 20 "$api/health/live" || reached=$?
  case $reached in
    0) run dotnet run --project tools/Operations -- smoke --base-url "$api" ;;
    6 | 7 | 28 | 35 | 60) echo "$api does not lead to the app yet: bind it (docs/operations.md), then run: smoke --base-url $api" >&2 ;;
    *) exit "$reached" ;;
  esac
fi
echo "The API is at $api" >&2
