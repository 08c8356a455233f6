using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Strata.Faults.Tests.Histories;

/// <summary>An answered read of a tenant's effective configuration.</summary>
/// <param name="Minimum">What it passed as minRevision; <c>null</c> when nothing.</param>
/// <param name="Vector">The answer's revision vector.</param>
/// <param name="ETag">The answer's ETag.</param>
/// <param name="Values">By the name of a layer, the value in the document that this layer alone writes.</param>
internal sealed record Read(string? Minimum, string Vector, string ETag, IReadOnlyDictionary<string, int> Values);

/// <summary>What clients wrote and read, recorded while it happened; judged afterwards.</summary>
internal sealed partial class History
{
    /// <summary>What a revision of a segment wrote that holds no tenant.</summary>
    public const int Nobody = 0;

    private readonly ConcurrentDictionary<(string Layer, long Number), int> _written = [];
    private readonly ConcurrentQueue<Read> _reads = [];

    public int Reads => _reads.Count;

    /// <summary>A write of a layer was acknowledged as this revision.</summary>
    public void Wrote(string layer, long number, int value) => _written[(layer, number)] = value;

    public void Saw(Read read) => _reads.Enqueue(read);

    /// <summary>Everything that should not have been seen.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var read in _reads)
        {
            var (seen, least) = (Components(read.Vector), Components(read.Minimum ?? ""));
            if (least.Any(part => seen.TryGetValue(part.Key, out var own) && own < part.Value))
                yield return $"A read that asked for {read.Minimum} got {read.Vector}.";
            if (least.Any(part => !seen.ContainsKey(part.Key) && !WasLeft(part.Key, part.Value)))
                yield return $"A read that asked for {read.Minimum} got {read.Vector}, but nobody has left the segment since.";
            foreach (var (layer, value) in read.Values)
            {
                if (_written.TryGetValue((layer, seen.GetValueOrDefault(layer)), out var written) && written != value)
                    yield return $"{read.Vector} shows {value} of {layer}, but that revision wrote {written}.";
            }
        }
        foreach (var vector in _reads.GroupBy(read => read.Vector).Where(same => same.Select(read => read.ETag).Distinct().Count() > 1))
            yield return $"{vector.Key} has several documents.";
    }

    private bool WasLeft(string segment, long since) =>
        _written.Any(revision => revision.Key.Layer == segment && revision.Key.Number >= since && revision.Value == Nobody);

    /// <summary>The numbers of a vector's components; a tenant's incarnation is always 1 here, and core has no order.</summary>
    private static Dictionary<string, long> Components(string vector) => Component().Matches(vector)
        .ToDictionary(part => part.Groups["layer"].Value, part => long.Parse(part.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex(@"(^|;)(?<layer>[a-z.-]+):(1\.)?(?<number>\d+)(?=;|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Component();
}
