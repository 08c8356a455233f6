using System.ComponentModel.DataAnnotations;
using Strata.Delivery.Loop;

namespace Strata.Delivery.Opa;

/// <summary>Settings of the target <c>opa</c>.</summary>
public sealed class OpaOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Targets:Opa";

    /// <summary>
    /// What is done about OPA. Since every OPA fetches its bundle itself, <c>apply</c> (default) and <c>report</c> are the same; <c>off</c> serves
    /// bundles and does not look who has them.
    /// </summary>
    public TargetMode Mode { get; set; } = TargetMode.Apply;

    /// <summary>
    /// The private key that signs bundles (EC, P-256): PEM text, or the path of a file with it. In Development <c>null</c> makes one in the data folder;
    /// elsewhere it must be set.
    /// </summary>
    public string? SigningKey { get; set; }

    /// <summary>
    /// How long an OPA's report counts; one that says nothing for longer is taken as gone. Default 4 minutes: twice the longest time that OPA lets pass
    /// between two polls by default.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReportLifetime { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>How long a request for a bundle is held at most. Default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many requests a server holds at once; more are told to come back. Default 2000.</summary>
    [Range(1, 100_000)]
    public int MaxHeld { get; set; } = 2000;
}
