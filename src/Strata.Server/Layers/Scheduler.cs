using System.Collections.Immutable;
using Strata.Model;
using Strata.Model.Sections;
using Strata.Storage;

namespace Strata.Server.Layers;

/// <summary>
/// Ends what has expired, with a revision of kind <c>expiry</c>: no reader looks at a clock. Any number of replicas may do it at once: whoever comes second finds
/// nothing left to end.
/// </summary>
internal sealed partial class Scheduler(
    LayerStore store, PlatformStore platforms, LayerWrites writes, SectionCatalog sections, TimeProvider time, ILogger<Scheduler> logger)
{
    private const int PlatformsAtOnce = 100;
    private const int MaxComment = 1000;

    /// <summary>How long after its moment something may still be in force.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>One pass over the allowlist and every platform.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await EndAsync([LayerKey.Allowlist], cancellationToken);
        PlatformId? last = null;
        while (await platforms.ListAsync(null, last, PlatformsAtOnce, cancellationToken) is { IsEmpty: false } page)
        {
            await EndAsync([.. page.Select(platform => LayerKey.Platform(platform.Id))], cancellationToken);
            last = page[^1].Id;
        }
    }

    private async Task EndAsync(ImmutableArray<LayerKey> layers, CancellationToken cancellationToken)
    {
        foreach (var head in await store.HeadsAsync(layers, cancellationToken))
        {
            if (Ending.Of(head.Document, time.GetUtcNow()) is not { Names.IsEmpty: false } ending)
                continue;
            try
            {
                if ((await writes.WriteAsync(Command(head.Layer, ending), static _ => Answerless, cancellationToken)).Error is { } refused)
                    NotEnded(head.Layer, refused.Message, null);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                NotEnded(head.Layer, trouble.Message, trouble); // and the others are not kept waiting for it
            }
        }
    }

    private WriteCommand Command(LayerKey layer, Ending ending)
    {
        var (now, comment) = (time.GetUtcNow(), $"Expired: {string.Join(", ", ending.Names)}");
        return new WriteCommand
        {
            Layer = layer,
            // Of what stands there when it is written, which others may have changed.
            Propose = present => Ending.Of(present, now).Document,
            Action = $"{layer.Kind.ToString().ToLowerInvariant()}.expired",
            Kind = RevisionKind.Expiry,
            Act = new Act
            {
                Author = "urn:strata|scheduler",
                AuthorName = "Strata's scheduler",
                At = now,
                ChangeId = Guid.CreateVersion7(now),
                RequestId = "scheduler",
                SchemaVersion = sections.Version,
                Comment = comment.Length > MaxComment ? $"{comment[..(MaxComment - 1)]}…" : comment,
            },
        };
    }

    // Nobody asked.
    private static readonly Answer Answerless = new(StatusCodes.Status200OK, ImmutableSortedDictionary<string, string>.Empty, default);

    [LoggerMessage(LogLevel.Error, "What has expired in {Layer} cannot be ended: {Why}")]
    private partial void NotEnded(LayerKey layer, string why, Exception? trouble);
}
