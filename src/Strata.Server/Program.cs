using Strata.Server;

await StrataServer.Build(WebApplication.CreateBuilder(args)).RunAsync();
