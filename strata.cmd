@echo off
rem Builds what is needed and runs the `strata` command. Whatever the build says goes to standard error.
setlocal
set "STRATA_ROOT=%~dp0."
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
rem Build servers would outlive the build and hold the pipes of whoever called us.
set MSBUILDDISABLENODEREUSE=1
set UseSharedCompilation=false
where /q dotnet || (
  echo Strata needs the .NET SDK 10 ^(https://dotnet.microsoft.com/download^), and `dotnet` was not found. 1>&2
  exit /b 1
)
pushd "%STRATA_ROOT%"
dotnet --version >nul 2>&1 || (
  echo Strata needs the .NET SDK 10 ^(https://dotnet.microsoft.com/download^). Installed are: 1>&2
  popd
  dotnet --list-sdks 1>&2
  exit /b 1
)
dotnet build eng\Run.slnf --configuration Release --verbosity quiet --nologo -tl:off -clp:ErrorsOnly 1>&2 || (
  popd
  echo Strata could not be built. 1>&2
  exit /b 1
)
popd
dotnet exec "%STRATA_ROOT%\artifacts\bin\Strata.Cli\release\strata.dll" %*
