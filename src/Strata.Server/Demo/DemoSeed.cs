using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Apply;
using Strata.Server.Health;
using Strata.Storage;

namespace Strata.Server.Demo;

/// <summary>
/// Fills a new installation with the brands and tenants of a file (setting <c>Demo:File</c>, a body of <c>POST /v1/apply</c>), once: an
/// installation that has a platform is left alone, unless a file beside it says that loading was interrupted. The server is ready when this is through.
/// </summary>
internal sealed partial class DemoSeed(
    IConfiguration configuration, PlatformStore platforms, ApplyRun run, SectionCatalog sections, Readiness readiness, TimeProvider time, ILogger<DemoSeed> logger)
    : BackgroundService
{
    private const string Author = "urn:strata|demo";
    private const int Refusals = 120;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration["Demo:File"] is { Length: > 0 } file)
        {
            var unfinished = file + ".loading";
            if (File.Exists(unfinished) || (await PatientlyAsync(token => platforms.ListAsync(null, null, 1, token), stoppingToken)).IsEmpty)
            {
                await File.WriteAllBytesAsync(unfinished, [], stoppingToken);
                await LoadAsync(file, stoppingToken);
                File.Delete(unfinished);
            }
        }
        readiness.Set();
    }

    private async Task LoadAsync(string file, CancellationToken cancellationToken)
    {
        var act = new Act
        {
            Author = Author,
            At = time.GetUtcNow(),
            ChangeId = Guid.CreateVersion7(time.GetUtcNow()),
            RequestId = "demo",
            SchemaVersion = sections.Version,
            Comment = "Demo data",
        };
        var read = Json.Parse(await File.ReadAllBytesAsync(file, cancellationToken)).Then<JsonObject>(body =>
            body is JsonObject members ? members : new Error(ErrorCodes.InvalidArgument, "The file must hold an object.")).Then(ApplyItem.Read);
        if (!read.TryGet(out var items, out var error))
            throw Refused(file, error);
        for (var refusals = 1; ; refusals++)
        {
            var options = new ApplyOptions(IsDryRun: false, MayCreatePlatforms: true);
            var done = (await PatientlyAsync(token => run.RunAsync(items, act, options, token), cancellationToken)).Result;
            if (done.Error is null)
            {
                Loaded(done.Value.Items.Length, file);
                return;
            }
            // Another replica may be writing the same.
            var isPassing = done.Error.Code == ErrorCodes.Unavailable || (done.Error.Code is ErrorCodes.Conflict or ErrorCodes.RevisionMismatch && refusals < Refusals);
            if (!isPassing)
                throw Refused(file, done.Error);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception away) when (away is OutcomeUnknownException || away.IsOfDatabase())
            {
                Interrupted(away);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private static InvalidDataException Refused(string file, Error error) =>
        new($"The demo data of {file} cannot be loaded: {error.Message} {string.Join(' ', error.Violations.Select(violation => $"{violation.Pointer} {violation.Message}."))}");

    [LoggerMessage(LogLevel.Warning, "Loading the demo data was interrupted; it goes on in a second")]
    private partial void Interrupted(Exception away);

    [LoggerMessage(LogLevel.Information, "Loaded {Count} documents of demo data from {File}")]
    private partial void Loaded(int count, string file);
}
