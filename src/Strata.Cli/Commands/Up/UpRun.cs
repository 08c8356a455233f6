using System.Collections.Immutable;
using System.Net;
using Strata.Cli.Contexts;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Embedded;
using Strata.Embedded.Postgres;
using Strata.Embedded.Redis;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata up`: database, cache, server and its neighbours, from start to an orderly end.</summary>
internal sealed class UpRun(Terminal terminal, UpOptions options)
{
    private const string SharedSetting = "ConnectionStrings__Shared";
    private const string RedisSetting = "ConnectionStrings__Redis";

    private int _port = options.Port;

    private string Url => $"http://127.0.0.1:{_port}";

    private string LogFile => Path.Combine(options.DataFolder, "server.log");

    /// <summary>Runs until it is cancelled (exit code 0) or the server falls over.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (_port != 0 && !LoopbackPort.IsFree(_port))
            throw new CommandFailedException(ExitCode.Failure, $"Port {_port} is in use. Stop what listens there, or choose another: strata up --port {_port + 1}");
        CreateDataFolder();
        try
        {
            await using var postgres = await StartPostgresAsync(cancellationToken);
            await using var redis = await StartRedisAsync(cancellationToken);
            await using var neighbours = await Neighbours.StartAsync(terminal, cancellationToken);
            // Chosen last and kept while the server starts: in these seconds somebody else could be given it.
            using var held = _port == 0 ? new HeldPort() : null;
            _port = held?.Number ?? _port;
            var settings = await SettingsAsync(postgres, redis, cancellationToken);
            await using var server = ServerProcess.Start(ServerProgram(), settings.SetItems(neighbours.Settings(Url)), LogFile);
            await WaitUntilReadyAsync(server, cancellationToken);
            neighbours.Watch(new Connection(new Uri(Url), await TokenAsync("30d", cancellationToken), "up"));
            await GreetAsync(neighbours, cancellationToken);
            await WatchAsync(server, postgres, cancellationToken);
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

    private async Task<ImmutableDictionary<string, string>> SettingsAsync(EmbeddedPostgres? postgres, EmbeddedRedis? redis, CancellationToken cancellationToken)
    {
        var settings = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        settings["ASPNETCORE_ENVIRONMENT"] = "Development";
        settings["Urls"] = Url;
        settings["DataFolder"] = options.DataFolder;
        if (postgres is not null)
            settings[SharedSetting] = postgres.ConnectionString;
        if (redis is not null)
            settings[RedisSetting] = redis.ConnectionString;
        if (!options.Empty)
            settings["Demo__File"] = await WriteDemoAsync(cancellationToken);
        return settings.ToImmutable();
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

    /// <summary>Ends when the server has. A PostgreSQL of ours that was killed is started again meanwhile, as an operator would.</summary>
    private async Task WatchAsync(ServerProcess server, EmbeddedPostgres? postgres, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exit = server.WaitForExitAsync(ending.Token);
        var kept = postgres?.KeepRunningAsync(Progress, ending.Token) ?? exit;
        await Task.WhenAny(exit, kept);
        await ending.CancelAsync();
        await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (kept.IsFaulted)
            await kept;
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

    private async Task<string> TokenAsync(string lifetime, CancellationToken cancellationToken)
    {
        using var api = new StrataApi(new Connection(new Uri(Url), null, "up"), terminal);
        return await new DevelopmentToken("platform-admin", null, null, lifetime).IssueAsync(api, cancellationToken);
    }

    private async Task GreetAsync(Neighbours neighbours, CancellationToken cancellationToken)
    {
        var kong = neighbours.Kong is { } address ? $"simulated, {address}" : "as the settings say";
        await terminal.Out.WriteLineAsync($"""
            Strata is ready at {Url}

              API reference  {Url}/docs
              Kong           {kong}
              data           {options.DataFolder}
              server's log   {LogFile}

            A development token, good for 12 hours and everything (`strata token` makes others):

              export STRATA_URL={Url} STRATA_TOKEN={await TokenAsync("12h", cancellationToken)}

            Ctrl-C stops everything.
            """);
        await terminal.Out.FlushAsync(cancellationToken);
    }

    private CommandFailedException Fallen(ServerProcess server) =>
        new(ExitCode.Failure, $"The server has stopped by itself. Its last words, more in {LogFile}:\n{server.LastWords}");

    private void Progress(string line) => terminal.Error.WriteLine(line);
}
