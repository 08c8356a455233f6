using System.Collections.Immutable;
using System.Globalization;
using Strata.Delivery.Loop;
using Strata.Model;
using Strata.Model.Delivery;
using Strata.Model.Documents;

namespace Strata.Delivery.Opa;

/// <summary>
/// The OPAs of a platform. They fetch their bundle themselves and report what they serve, so there is nothing to push: a plan names those that do not
/// serve the newest bundle yet, and a report makes the platform due again.
/// </summary>
/// <param name="fleet">The tenants.</param>
/// <param name="bundles">The bundles.</param>
/// <param name="instances">What the OPAs of a platform reported.</param>
/// <param name="options">Settings of the target.</param>
/// <param name="delivery">Settings of the loop.</param>
public sealed class OpaTarget(
    Fleet fleet, OpaBundles bundles, Func<PlatformId, CancellationToken, Task<OpaInstances>> instances, OpaOptions options, DeliveryOptions delivery) : ITarget
{
    /// <summary>The id of the target; there is one, whose OPAs name their platform.</summary>
    public static readonly TargetId Target = TargetId.Parse("opa");

    /// <inheritdoc/>
    public TargetId Id => Target;

    /// <inheritdoc/>
    public TargetPace Pace { get; } = new()
    {
        Mode = options.Mode == TargetMode.Off ? TargetMode.Off : TargetMode.Apply,
        // An OPA that falls silent is noticed by looking.
        Interval = options.ReportLifetime < delivery.FullPassInterval ? options.ReportLifetime : delivery.FullPassInterval,
    };

    /// <inheritdoc/>
    public IEnumerable<DeliveryKey> KeysOf(Mark mark, ImmutableArray<PlatformId> platforms) =>
        (mark.Platform is { } one ? [one] : platforms).Select(platform => new DeliveryKey(Id, Scope.Platform(platform), ""));

    /// <inheritdoc/>
    public async Task<Prepared> PrepareAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var platform = attempt.Key.Scope.PlatformId ?? throw new InvalidOperationException($"'{attempt.Key}' names no platform.");
        var state = await fleet.CurrentAsync(cancellationToken);
        var bundle = await bundles.OfAsync(state, platform) ?? throw new TargetException($"There is no platform '{platform}'.");
        var heard = await instances(platform, cancellationToken);
        var (notes, fresh) = (OpaNotes.Read(attempt.Memory.Notes).Next(bundle.Revision, heard.At), Fresh(heard));
        var behind = fresh.Where(instance => !notes.IsProof(instance)).ToImmutableArray();
        ImmutableArray<Operation> operations = fresh.IsEmpty
            ? [new Operation(OperationKind.Create, "bundle", platform.Text, [new FieldChange("revision", null, Json.Of(bundle.Revision))])]
            : [.. behind.Select(instance => Fetch(instance, bundle))];
        return new Prepared(
            new Plan(attempt.Key, operations), bundle.Revision, state.Covers,
            _ => Task.FromResult((fresh.IsEmpty ? Silence(heard) : Progress(fresh, behind)) with { Notes = notes.ToString() }))
        {
            Conditions = [Reporting(fresh), .. Failing(fresh)],
            Notes = notes.ToString(),
        };
    }

    private ImmutableArray<OpaInstance> Fresh(OpaInstances heard) => [.. heard.All.Where(instance => instance.ReportedAt > heard.At - options.ReportLifetime)];

    private static Operation Fetch(OpaInstance instance, OpaBundle bundle) => new(
        OperationKind.Update, "instance", instance.Id, [new FieldChange("revision", instance.Revision is null ? null : Json.Of(instance.Revision), Json.Of(bundle.Revision))]);

    private Outcome Silence(OpaInstances heard)
    {
        if (heard.All.MaxBy(instance => instance.ReportedAt) is not { } last)
            return Outcome.Waiting("No OPA has reported yet; GET /opa/keys shows how to configure one.", Pace.Interval) with { IsObserved = false };
        var at = last.ReportedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Outcome.Failed($"No OPA reports any more; the last was '{last.Id}' at {at}.") with { IsObserved = false };
    }

    private Outcome Progress(ImmutableArray<OpaInstance> fresh, ImmutableArray<OpaInstance> behind) => behind.FirstOrDefault(instance => instance.Message.Length > 0) is { } failing
        ? Outcome.Failed($"OPA '{failing.Id}' keeps its bundle: {failing.Message}")
        : Outcome.Waiting($"{Number(fresh.Length - behind.Length)} of {Number(fresh.Length)} OPAs report the newest bundle.", Pace.Interval);

    private static Condition Reporting(ImmutableArray<OpaInstance> fresh) => fresh.IsEmpty
        ? new Condition("Reporting", false, "NoReport", "No OPA reports.")
        : new Condition("Reporting", true, "Reports", $"{Number(fresh.Length)} OPAs report.");

    private static ImmutableArray<Condition> Failing(ImmutableArray<OpaInstance> fresh)
    {
        var failing = fresh.Where(instance => instance.Message.Length > 0).ToImmutableArray();
        return failing.IsEmpty
            ? []
            : [new Condition("BundleFailing", true, "BundleError", $"{Number(failing.Length)} of {Number(fresh.Length)} OPAs cannot fetch or activate bundles. '{failing[0].Id}': {failing[0].Message}")];
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// What is remembered between two looks at a platform. A revision is a digest, so it comes back when a change is taken back: a report from before it was
/// replaced proves nothing about it now.
/// </summary>
/// <param name="Revision">The newest revision at the last look; empty before the first.</param>
/// <param name="SeenAt">When the last look was.</param>
/// <param name="ReplacedAt">When another revision was last seen to be the newest.</param>
internal sealed record OpaNotes(string Revision, DateTimeOffset SeenAt, DateTimeOffset ReplacedAt)
{
    private static readonly OpaNotes None = new("", DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    public static OpaNotes Read(string text) =>
        text.Split(' ') is [var revision, var seen, var replaced] ? new OpaNotes(revision, Time(seen), Time(replaced)) : None;

    /// <summary>The notes of a look at another moment.</summary>
    public OpaNotes Next(string revision, DateTimeOffset at) => new(revision, at, revision == Revision ? ReplacedAt : SeenAt);

    /// <summary>Whether an OPA's report shows that it serves the newest revision.</summary>
    public bool IsProof(OpaInstance instance) => instance.Revision == Revision && instance.ReportedAt > ReplacedAt;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Revision} {SeenAt.UtcTicks} {ReplacedAt.UtcTicks}");

    private static DateTimeOffset Time(string ticks) => new(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
}
