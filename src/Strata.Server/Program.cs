using Strata.Server;

try
{
    await StrataServer.Build(WebApplication.CreateBuilder(args)).RunAsync();
    return 0;
}
catch (Exception cause) when (cause is not OutOfMemoryException)
{
    // The last words of a server that cannot start are read by people, so they are a sentence.
    await Console.Error.WriteLineAsync($"Strata cannot run: {cause.GetBaseException().Message}");
    return 1;
}
