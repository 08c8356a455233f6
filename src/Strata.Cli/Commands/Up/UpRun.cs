using System.Net;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Embedded;
using Strata.Embedded.Postgres;
using Strata.Embedded.Redis;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata up`: database, cache and server, from start to an orderly end.</summary>
internal sealed class UpRun(Terminal terminal, UpOptions options)
{
    private const string SharedSetting = "ConnectionStrings__Shared";
    private const string RedisSetting = "ConnectionStrings__Redis";

    private readonly int _port = options.Port == 0 ? LoopbackPort.Free() : options.Port;

    private string Url => $"http://127.0.0.1:{_port}";

    private string LogFile => Path.Combine(options.DataFolder, "server.log");

    /// <summary>Runs until it is cancelled (exit code 0) or the server falls over.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!LoopbackPort.IsFree(_port))
            throw new CommandFailedException(ExitCode.Failure, $"Port {_port} is in use. Stop what listens there, or choose another: strata up --port {_port + 1}");
        CreateDataFolder();
        try
        {
            await using var postgres = await StartPostgresAsync(cancellationToken);
            await using var redis = await StartRedisAsync(cancellationToken);
            await using var server = ServerProcess.Start(ServerProgram(), await SettingsAsync(postgres, redis, cancellationToken), LogFile);
            await WaitUntilReadyAsync(server, cancellationToken);
            await GreetAsync(cancellationToken);
            await server.WaitForExitAsync(cancellationToken);
            throw Fallen(server);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Progress("Stopped.");
            return ExitCode.Ok;
        }
    }

    private void CreateDataFolder()
    {
        try
        {
            Directory.CreateDirectory(options.DataFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"The data folder {options.DataFolder} cannot be used: {e.Message}");
        }
    }

    private async Task<EmbeddedPostgres?> StartPostgresAsync(CancellationToken cancellationToken) => terminal.Variable(SharedSetting) is not null
        ? null
        : await EmbeddedPostgres.StartAsync(new() { DataFolder = Path.Combine(options.DataFolder, "postgres"), Database = "strata" }, Progress, cancellationToken);

    private async Task<EmbeddedRedis?> StartRedisAsync(CancellationToken cancellationToken) =>
        terminal.Variable(RedisSetting) is not null ? null : await EmbeddedRedis.StartAsync(new(), Progress, cancellationToken);

    /// <summary>The server that was built beside us: `artifacts/bin/Strata.Server/release` for `artifacts/bin/Strata.Cli/release`.</summary>
    private static string ServerProgram()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, "Strata.Server", own.Name, "Strata.Server.dll");
    }

    private async Task<Dictionary<string, string>> SettingsAsync(EmbeddedPostgres? postgres, EmbeddedRedis? redis, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Urls"] = Url,
            ["DataFolder"] = options.DataFolder,
        };
        if (postgres is not null)
            settings[SharedSetting] = postgres.ConnectionString;
        if (redis is not null)
            settings[RedisSetting] = redis.ConnectionString;
        if (!options.Empty)
            settings["Demo__File"] = await WriteDemoAsync(cancellationToken);
        return settings;
    }

    private async Task<string> WriteDemoAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(options.DataFolder, "demo.json");
        var brands = Path.Combine(terminal.Root, "platforms");
        if (!Directory.Exists(brands))
            throw new CommandFailedException(ExitCode.Failure, $"{brands} does not exist, so there is no demo data; `--empty` starts without.");
        var set = await new ConfigurationFiles(terminal).ReadAsync([brands], cancellationToken);
        set.Demand();
        await File.WriteAllTextAsync(file, set.ToBody().ToJsonString(), cancellationToken);
        return file;
    }

    private async Task WaitUntilReadyAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        Progress(options.Empty ? "Starting the server" : "Starting the server; the first time it loads the demo brands and tenants");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exit = server.WaitForExitAsync(waiting.Token);
        while (!await IsReadyAsync(http, cancellationToken))
        {
            if (exit.IsCompleted)
                throw Fallen(server);
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        await waiting.CancelAsync();
    }

    private async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync($"{Url}/health/ready", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        using var api = new StrataApi(terminal with { Variables = terminal.Variables.SetItem("STRATA_URL", Url).Remove("STRATA_TOKEN") });
        var token = await new DevelopmentToken("platform-admin", null, null, "12h").IssueAsync(api, cancellationToken);
        await terminal.Out.WriteLineAsync($"""
            Strata is ready at {Url}

              API reference  {Url}/docs
              data           {options.DataFolder}
              server's log   {LogFile}

            A development token, good for 12 hours and everything (`strata token` makes others):

              export STRATA_URL={Url} STRATA_TOKEN={token}

            Ctrl-C stops everything.
            """);
        await terminal.Out.FlushAsync(cancellationToken);
    }

    private CommandFailedException Fallen(ServerProcess server) =>
        new(ExitCode.Failure, $"The server has stopped by itself. Its last words, more in {LogFile}:\n{server.LastWords}");

    private void Progress(string line) => terminal.Error.WriteLine(line);
}
