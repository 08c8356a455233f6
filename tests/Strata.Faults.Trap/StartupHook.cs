/// <summary>
/// Loads this assembly into a server whose <c>DOTNET_STARTUP_HOOKS</c> names it, so that ASP.NET Core finds <see cref="Strata.Faults.Trap"/> through
/// <c>ASPNETCORE_HOSTINGSTARTUPASSEMBLIES</c>. The server's own program knows nothing of it. The runtime looks for exactly this name, outside all namespaces.
/// </summary>
#pragma warning disable CA1050, MA0047 // Declared outside a namespace: see above.
public static class StartupHook
#pragma warning restore CA1050, MA0047
{
    /// <summary>Called by the runtime before the program's own <c>Main</c>.</summary>
    public static void Initialize()
    {
        // Being loaded is all.
    }
}
