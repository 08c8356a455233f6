using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Text.Json;
using Strata.Delivery.Loop;
using Strata.Delivery.Opa;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Server.Access;
using Strata.Server.Http;
using Strata.Storage.Delivery;

namespace Strata.Server.Policies;

/// <summary>
/// Takes what OPAs tell: which bundle each of them serves, and that decisions were made. A bundle's name is its platform's id; what is said about other
/// bundles, or about platforms out of the caller's scope, is passed over. Nothing of a decision's input or result is kept.
/// </summary>
internal sealed class OpaReports(OpaStore store, IDeliveryStore queue, OpaOptions options, IMeterFactory meters)
{
    private const int MaxInstance = 200;
    private const int MaxRevision = 200;
    private const int MaxMessage = 1000;
    private const int MaxBundles = 100;

    /// <summary>What a log may tell about: bundles of the OPA that sends it.</summary>
    private const int MaxLearned = 100;

    /// <summary>Bytes of decision logs once they are unpacked.</summary>
    private const int MaxUnpacked = 64 * 1024 * 1024;

    private static readonly Error NoInstance = new(ErrorCodes.InvalidArgument, "labels.id must name the OPA, in at most 200 characters and none of them a control character.");

    private readonly Counter<long> _decisions =
        meters.Create("Strata.Server").CreateCounter<long>("strata.opa.decisions", "{decision}", "Decisions that OPAs have logged, by platform and outcome.");

    /// <summary>Records a status report.</summary>
    public async Task<Result<OpaReportResponse>> StatusAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!Read(await RequestBody.ReadBytesAsync(context, cancellationToken)).TryGet(out var status, out var error))
            return error;
        if (Instance(status.Labels) is not { } id)
            return NoInstance;
        var recorded = ImmutableArray.CreateBuilder<string>();
        foreach (var (platform, bundle) in InScope(context.Grant(), status.Bundles))
        {
            var instance = new OpaInstance(id, Text(bundle.ActiveRevision, MaxRevision), Text(bundle.Words, MaxMessage) ?? "", default);
            if (await store.RecordAsync(platform, instance, options.ReportLifetime, cancellationToken) is not { } isNews)
                continue;
            recorded.Add(platform.Text);
            if (isNews)
                await LookAgainAsync(platform, cancellationToken);
        }
        return new OpaReportResponse(recorded.ToImmutable());
    }

    /// <summary>Counts logged decisions, and learns from the newest of each OPA what it serves.</summary>
    public async Task<Result<OpaReportResponse>> LogsAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var packed = new MemoryStream((await RequestBody.ReadBytesAsync(context, cancellationToken)).ToArray(), writable: false);
        using var unpacked = new BoundedStream(
            context.Request.Headers.ContentEncoding is ["gzip"] ? new GZipStream(packed, CompressionMode.Decompress) : packed, MaxUnpacked);
        var newest = new Dictionary<(PlatformId Platform, string Id), OpaInstance>();
        try
        {
            await foreach (var decision in JsonSerializer.DeserializeAsyncEnumerable(unpacked, OpaJsonShapes.Default.OpaDecisionEvent, cancellationToken))
                Take(context.Grant(), decision, newest);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidDataException)
        {
            return new Error(ErrorCodes.MalformedJson, "The body must be a JSON array of decisions, plain or under gzip.");
        }
        var news = new HashSet<PlatformId>();
        foreach (var ((platform, _), instance) in newest)
        {
            if (await store.LearnAsync(platform, instance, options.ReportLifetime, cancellationToken))
                news.Add(platform);
        }
        foreach (var platform in news)
            await LookAgainAsync(platform, cancellationToken);
        return new OpaReportResponse([.. newest.Keys.Select(key => key.Platform.Text).Distinct().Order(StringComparer.Ordinal)]);
    }

    private void Take(Grant grant, OpaDecisionEvent? decision, Dictionary<(PlatformId, string), OpaInstance> newest)
    {
        if (decision is null || Instance(decision.Labels) is not { } id)
            return;
        foreach (var (platform, bundle) in InScope(grant, decision.Bundles))
        {
            var outcome = (decision.Error.HasValue, decision.Result.HasValue) switch
            {
                (true, _) => "error",
                (_, true) => "defined",
                _ => "undefined",
            };
            _decisions.Add(1, new TagList { { "platform", platform.Text }, { "outcome", outcome } });
            var isKnown = newest.TryGetValue((platform, id), out var known);
            if (isKnown ? known!.ReportedAt > decision.Timestamp : newest.Count == MaxLearned)
                continue;
            if (Text(bundle.Revision, MaxRevision) is { } revision)
                newest[(platform, id)] = new OpaInstance(id, revision, "", decision.Timestamp);
        }
    }

    private Task LookAgainAsync(PlatformId platform, CancellationToken cancellationToken) =>
        queue.RequestAsync([new DeliveryKey(OpaTarget.Target, Scope.Platform(platform), "")], cancellationToken);

    private static Result<OpaStatusReport> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, OpaJsonShapes.Default.OpaStatusReport) is { } status
                ? status
                : new Error(ErrorCodes.InvalidArgument, "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            return new Error(ErrorCodes.MalformedJson, "The body is no status report of OPA.");
        }
    }

    private static IEnumerable<(PlatformId Platform, T Bundle)> InScope<T>(Grant grant, Dictionary<string, T>? bundles) =>
        from bundle in (bundles ?? []).Take(MaxBundles)
        where bundle.Value is not null
        let platform = PlatformId.TryParse(bundle.Key, out var id) ? id : (PlatformId?)null
        where platform is not null && grant.Judge(Permission.ReportBundles, platform.Value) == Judgement.Granted
        select (platform.Value, bundle.Value);

    private static string? Instance(Dictionary<string, JsonElement>? labels)
    {
        if (labels is null || !labels.TryGetValue("id", out var label) || label.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return label.GetString() is { Length: > 0 and <= MaxInstance } id && !id.Any(char.IsControl) ? id : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair is no text
        }
    }

    /// <summary>A text from outside, fit for a row: bounded, on one line.</summary>
    private static string? Text(string? text, int longest) =>
        text is null ? null : string.Concat(text.Take(longest).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? ' ' : character));
}

/// <summary>What a report was taken for.</summary>
/// <param name="Platforms">The platforms that it told about and whose state was recorded.</param>
public sealed record OpaReportResponse(ImmutableArray<string> Platforms);
