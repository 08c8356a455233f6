using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata up`.</summary>
internal static class UpCommand
{
    public static Command Create(Terminal terminal)
    {
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 takes a free one.", HelpName = "port", DefaultValueFactory = _ => 5080 };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535)
                result.AddError("--port is a number from 0 to 65535.");
        });
        var data = new Option<string>("--data") { Description = "The folder that keeps everything between runs.", HelpName = "folder", DefaultValueFactory = _ => ".strata" };
        var empty = new Option<bool>("--empty") { Description = "Do not load the demo brands and tenants." };
        var noConsole = new Option<bool>("--no-console") { Description = "Only the API, without the console." };
        var command = new ExampleCommand(
            "up",
            "Run everything on this machine: database, cache, server, and simulated neighbours (a Kong node, an OPA for each platform). What ConnectionStrings__Shared, ConnectionStrings__Redis and Targets__Kong__… name is taken instead.",
            "strata up",
            "strata up --port 8080 --data ~/strata-demo",
            "ConnectionStrings__Shared='Host=db;Database=strata;Username=strata;Password=...' strata up --empty") { port, data, empty, noConsole };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new UpOptions(parsed.GetValue(port), Path.GetFullPath(parsed.GetRequiredValue(data)), parsed.GetValue(empty));
            return new UpRun(terminal, options).RunAsync(cancellationToken);
        });
        return command;
    }
}

/// <summary>How everything is run on one machine.</summary>
/// <param name="Port">The port on 127.0.0.1; 0 is a free one.</param>
/// <param name="DataFolder">The folder that keeps everything between runs.</param>
/// <param name="Empty">Whether to leave the demo data out.</param>
internal sealed record UpOptions(int Port, string DataFolder, bool Empty);
