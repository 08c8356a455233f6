using System.ComponentModel.DataAnnotations;

namespace Strata.Delivery.Loop;

/// <summary>Settings of the loop.</summary>
public sealed class DeliveryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Delivery";

    /// <summary>How often every target is looked at when nothing has changed: what finds drift and what events missed. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FullPassInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the queue is looked at when no signal comes. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a worker that says nothing keeps its work to itself. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt may take. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The pause after the first failure; it doubles with each further one. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan MinBackOff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after failures. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause after failures in a row: doubling, capped, and up to half of it left off at random, so that units do not come back in step.</summary>
    internal TimeSpan BackOff(int failures)
    {
        var pause = Math.Min(MinBackOff.Ticks * Math.Pow(2, Math.Min(failures, 40) - 1), MaxBackOff.Ticks);
        return TimeSpan.FromTicks((long)(pause * (1 - (Random.Shared.NextDouble() / 2))));
    }
}
