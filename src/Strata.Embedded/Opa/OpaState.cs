using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Strata.Embedded.Opa;

/// <summary>What an instance has activated and what became of its polls. Never changed: each poll puts another in its place.</summary>
internal sealed record OpaState
{
    /// <summary>The instance's id; another after each start.</summary>
    public required string Instance { get; init; }

    /// <summary>The revision in force. Null: no bundle was activated yet.</summary>
    public string? Revision { get; init; }

    /// <summary>The ETag of the bundle in force. Null: there is none.</summary>
    public string? ETag { get; init; }

    /// <summary>The roots of the bundle in force, which a delta has to repeat.</summary>
    public ImmutableArray<string> Roots { get; init; } = [];

    /// <summary>The data in force.</summary>
    public JsonObject Data { get; init; } = [];

    /// <summary>The policies in force by file name.</summary>
    public ImmutableSortedDictionary<string, string> Policies { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Bytes of the last downloaded bundle.</summary>
    public int Size { get; init; }

    /// <summary>Whether the bundle in force came as <c>snapshot</c> or <c>delta</c>.</summary>
    public string Type { get; init; } = "snapshot";

    /// <summary>What went wrong with the last poll. Null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>The HTTP status that went wrong. Null: it was something else.</summary>
    public int? HttpCode { get; init; }

    /// <summary>When it last asked.</summary>
    public DateTimeOffset LastRequest { get; init; }

    /// <summary>When it last got an answer that it could use.</summary>
    public DateTimeOffset LastSuccessfulRequest { get; init; }

    /// <summary>When it last got a bundle.</summary>
    public DateTimeOffset LastSuccessfulDownload { get; init; }

    /// <summary>When it last activated one.</summary>
    public DateTimeOffset LastSuccessfulActivation { get; init; }

    /// <summary>The labels that go with everything the instance sends.</summary>
    public JsonObject Labels(SimulatedOpaOptions options)
    {
        var labels = new JsonObject { ["id"] = Instance, ["version"] = options.Version };
        foreach (var (name, value) in options.Labels)
            labels[name] = value;
        return labels;
    }

    /// <summary>The status report in OPA's shape; times of what never happened are those of the year 1.</summary>
    public JsonObject Report(SimulatedOpaOptions options) => new()
    {
        ["labels"] = Labels(options),
        ["bundles"] = new JsonObject { [options.Bundle] = Bundle(options.Bundle) },
        ["plugins"] = new JsonObject
        {
            ["bundle"] = new JsonObject { ["state"] = Revision is null ? "NOT_READY" : "OK" },
            ["status"] = new JsonObject { ["state"] = "OK" },
        },
    };

    // Go leaves empty members out.
    private JsonObject Bundle(string name) => new(new JsonObject
    {
        ["name"] = name,
        ["active_revision"] = Revision,
        ["last_request"] = Text(LastRequest),
        ["last_successful_request"] = Text(LastSuccessfulRequest),
        ["last_successful_download"] = Text(LastSuccessfulDownload),
        ["last_successful_activation"] = Text(LastSuccessfulActivation),
        ["type"] = Type,
        ["size"] = Size,
        ["metrics"] = new JsonObject { ["timer_bundle_request_ns"] = 1 },
        ["code"] = Message is null ? null : "bundle_error",
        ["message"] = Message,
        ["http_code"] = HttpCode,
    }.Where(member => member.Value is not null).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
