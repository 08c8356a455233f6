using Strata.Faults.Tests.Processes;

namespace Strata.Faults.Tests.Crashes;

/// <summary>What one seed does.</summary>
internal sealed record Plan
{
    private static readonly string[] Writing =
    [
        "tenant.commit.intended", "tenant.commit.prepared", "tenant.commit.committed", "tenant.commit.published", "shared.commit.prepared", "shared.commit.committed",
    ];

    private static readonly string[] Making =
    [
        "provisioning.reserved", "provisioning.role", "provisioning.template", Template, "provisioning.database", "provisioning.connect",
        "provisioning.grants", "provisioning.identity", "provisioning.activating",
    ];

    private static readonly string[] Migrating = ["fleet.claimed", "fleet.migrated", "fleet.recorded"];

    private const string Template = "provisioning.template.migrated";
    private const string Sweeping = "tenant.resolve.decided";

    /// <summary>Every step at which a server can be killed.</summary>
    public static readonly string[] Steps = [.. Writing, .. Making, .. Migrating, Sweeping];

    public required int Seed { get; init; }

    /// <summary>Where the first server dies; <c>null</c> kills it from outside, wherever it is.</summary>
    public required Ambush? First { get; init; }

    /// <summary>Where the one that takes up its work dies, too; <c>null</c> lets it live.</summary>
    public required Ambush? Second { get; init; }

    /// <summary>Whether another replica lives all the time.</summary>
    public required bool HasReplica { get; init; }

    /// <summary>Whether the first server knows one more migration of tenants' databases than those before it.</summary>
    public bool FirstMigrates => IsOf([.. Migrating, Template], First);

    /// <summary>Whether the second one does.</summary>
    public bool SecondMigrates => IsOf([.. Migrating, Template], Second);

    /// <summary>Whether tenants are made while the first server waits for its end.</summary>
    public bool FirstMakes => IsOf(Making, First);

    /// <summary>Whether the second one makes a tenant, too.</summary>
    public bool SecondMakes => IsOf(Making, Second);

    /// <summary>Whether not the server dies but its PostgreSQL, while the server stands still at that step.</summary>
    public bool KillsDatabase { get; init; }

    /// <summary>What one seed does where PostgreSQL is killed.</summary>
    public static Plan OfDatabase(int seed)
    {
        var random = new Random(seed);
        string[] steps = [.. Writing, .. Making];
        var step = steps[(seed - 1) % steps.Length];
        return new Plan
        {
            Seed = seed,
            First = new Ambush(step, Making.Contains(step) ? 1 : 1 + random.Next(3)),
            Second = null,
            HasReplica = random.Next(4) == 0,
            KillsDatabase = true,
        };
    }

    /// <summary>How many seeds, from 1, it takes to kill a server at every step once.</summary>
    public static readonly int Round = (Steps.Length + 1) / 2;

    public static Plan Of(int seed) => seed <= Round
        // From both ends, so that the sweeper finds what a writer left behind.
        ? new Plan { Seed = seed, First = new Ambush(Steps[seed - 1], 1), Second = new Ambush(Steps[^seed], 1), HasReplica = false }
        : OfChance(seed);

    private static Plan OfChance(int seed)
    {
        var random = new Random(seed);
        var step = random.Next(10) == 0 ? null : Steps[random.Next(Steps.Length)];
        // Only what a dead writer left behind is swept.
        var first = step switch
        {
            null => null,
            Sweeping => new Ambush(Writing[random.Next(3)], 1 + random.Next(3)),
            _ => new Ambush(step, Making.Contains(step) ? 1 : 1 + random.Next(3)),
        };
        var second = step == Sweeping || random.Next(3) == 0 ? new Ambush(step == Sweeping ? Sweeping : Steps[random.Next(Steps.Length)], 1) : null;
        return new Plan { Seed = seed, First = first, Second = second, HasReplica = step != Sweeping && random.Next(4) == 0 };
    }

    public override string ToString() => $"seed {Seed}: {(KillsDatabase ? "PostgreSQL: " : "")}{First?.Deadly ?? "kill anywhere"}{(Second is null ? "" : $", then {Second.Deadly}")}{(HasReplica ? ", with a replica" : "")}";

    private static bool IsOf(string[] steps, Ambush? ambush) => ambush is not null && steps.Contains(ambush.Step);
}
