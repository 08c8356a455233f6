namespace Strata.Storage;

/// <summary>How long unfinished writes are left alone, and answers kept.</summary>
public sealed class WriteOptions
{
    /// <summary>How long a tenant's write may be under way before others finish or abandon it. Measured by the shared database's clock.</summary>
    public TimeSpan IntentLease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a request may hold an idempotency key without an answer before a repeated request takes it over.</summary>
    public TimeSpan ClaimLease { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long answers are kept under their idempotency keys.</summary>
    public TimeSpan AnswerRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often the sweeper looks for unfinished writes and old answers.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);
}
