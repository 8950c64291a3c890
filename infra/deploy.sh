#!/usr/bin/env bash
# Deploys the whole backend; running it again gives the same result: infra/deploy.sh RESOURCE_GROUP LOCATION PARAMETERS [OPTION…]
# PARAMETERS is the name of a file infra/NAME.bicepparam. Needs az (signed in), the .NET SDK, curl, openssl and zip.
#   --dry-run         prints what it would do, and calls nothing
#   --what-if         prints what would change in Azure, and changes nothing; reading rights are enough
#   --package ZIP     deploys this package instead of building one
#   --code-only ZIP   deploys this package and leaves the resources alone: a rollback
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

usage() {
  echo "usage: infra/deploy.sh RESOURCE_GROUP LOCATION dev|prod|smtp [--dry-run] [--what-if | --package ZIP | --code-only ZIP]" >&2
  exit 2
}

[ $# -ge 3 ] || usage
group=$1 location=$2 parameters=infra/$3.bicepparam
shift 3
[ -f "$parameters" ] || { echo "$parameters does not exist" >&2; exit 2; }

dry='' what_if='' code_only='' package=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry=yes ;;
    --what-if) what_if=yes ;;
    --package | --code-only)
      [ $# -ge 2 ] || usage
      [ "$1" = --package ] || code_only=yes
      # Relative to where the script was called.
      package=$(cd "$here" && realpath "$2")
      [ -f "$package" ] || { echo "$2 does not exist" >&2; exit 2; }
      shift
      ;;
    *) echo "$1 is not an option" >&2; usage ;;
  esac
  shift
done
[ -z "$what_if" ] || [ -z "$package" ] || usage

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

run az account show --query "join('', ['As ', user.name, ' in subscription ', name, ' (', id, ')'])" --output tsv >&2
# A broken package is refused before anything changes.
[ -z "$package" ] || run infra/package.sh --check "$package"

if [ -n "$what_if" ]; then
  run az deployment group what-if --resource-group "$group" --name accounts --parameters "$parameters" --validation-level ProviderNoRbac
  exit
fi

if [ -z "$code_only" ]; then
  echo "1. Resources" >&2
  for provider in App Authorization Communication Consumption EventGrid Insights AlertsManagement KeyVault ManagedIdentity Network OperationalInsights Storage Web; do
    state=$(run az provider show --namespace "Microsoft.$provider" --query registrationState --output tsv)
    [ "$state" = Registered ] || run az provider register --namespace "Microsoft.$provider" --wait
  done
  # Only if it is missing, because creating an existing group replaces its tags.
  exists=$(run az group exists --name "$group")
  [ "$exists" = true ] || run az group create --name "$group" --location "$location" --output none
  run az deployment group what-if --resource-group "$group" --name accounts --parameters "$parameters"
  run az deployment group create --resource-group "$group" --name accounts --parameters "$parameters" --output none
fi
# One by one, because of several assignments on a line, the shell reports only the last one's failure.
app=$(output functionAppName)
vault=$(output vaultName)
default_api=$(output defaultApiUrl)
api=$(output apiUrl)
[ -n "$code_only" ] || run infra/signing-key.sh "$group" "$vault"

echo "2. The app" >&2
if [ -z "$package" ]; then
  # Kept, so that a later rollback need not build it again.
  package=$PWD/publish/accounts-$(git describe --always --dirty 2>/dev/null || date -u +%Y%m%dT%H%M%SZ).zip
  run mkdir -p publish
  run dotnet publish AccountFunctions --configuration Release -p:AzureCommunicationEmail=Package --output "$work/app"
  run infra/package.sh "$work/app" "$package"
fi
retry az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$package" --timeout 600
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
echo "The API is at $api, and its package is $package" >&2
