using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Strata.Model.Delivery;

namespace Strata.Delivery.Events;

/// <summary>Settings of one webhook.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section whose children are the webhooks, by name.</summary>
    public const string Section = "Webhooks";

    /// <summary>Where events are posted to: http or https. It is the operator's and may be private.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// What events are signed with: <c>whsec_</c> and 24 to 64 bytes in base64. Several, with spaces between them, sign side by side while a secret
    /// is exchanged for another. <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"/>
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>The types that are sent, with commas between them; <c>tenant.*</c> is all that begin so. Empty, the default, is all.</summary>
    public string Events { get; set; } = "";

    /// <summary>How long an answer may take. Default 20 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often an event is sent in vain before it becomes a dead letter. Default 300: about a day with the loop's pauses.</summary>
    public int MaxAttempts { get; set; } = 300;

    internal ImmutableArray<byte[]> Keys => [.. Words(Secret, ' ').Select(Key).OfType<byte[]>()];

    internal ImmutableArray<string> Types => Words(Events, ',') is { Length: > 0 } wanted ? [.. wanted.SelectMany(Expand).Distinct()] : EventTypes.All;

    /// <summary>Reads a webhook's section. What is no time or number becomes one that the validator refuses; events may stand as a list, too.</summary>
    internal static void Bind(WebhookOptions options, IConfigurationSection section)
    {
        options.Url = section[nameof(Url)] ?? "";
        options.Secret = section[nameof(Secret)] ?? "";
        options.Events = section[nameof(Events)] ?? string.Join(',', section.GetSection(nameof(Events)).GetChildren().Select(type => type.Value));
        if (section[nameof(Timeout)] is { } timeout)
            options.Timeout = TimeSpan.TryParse(timeout, CultureInfo.InvariantCulture, out var time) ? time : TimeSpan.Zero;
        if (section[nameof(MaxAttempts)] is { } attempts)
            options.MaxAttempts = int.TryParse(attempts, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    internal static string[] Words(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    internal static IEnumerable<string> Expand(string type) => type.EndsWith(".*", StringComparison.Ordinal)
        ? EventTypes.All.Where(known => known.StartsWith(type[..^1], StringComparison.Ordinal))
        : EventTypes.All.Where(known => known == type);

    internal static byte[]? Key(string secret)
    {
        const string Prefix = "whsec_";
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Base64.IsValid(secret.AsSpan(Prefix.Length)) && Convert.FromBase64String(secret[Prefix.Length..]) is { Length: >= 24 and <= 64 } key
            ? key
            : null;
    }
}

/// <summary>Says in a sentence what is wrong with a webhook's settings; never its secret.</summary>
internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var faults = Faults(options).Select(fault => $"{WebhookOptions.Section}:{name}:{fault}").ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(WebhookOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return "Url must be an absolute address of http or https.";
        var secrets = WebhookOptions.Words(options.Secret, ' ');
        if (secrets.Length == 0 || secrets.Any(secret => WebhookOptions.Key(secret) is null))
            yield return "Secret must be whsec_ and 24 to 64 bytes in base64, or several of them with spaces between.";
        foreach (var type in WebhookOptions.Words(options.Events, ',').Where(type => !WebhookOptions.Expand(type).Any()))
            yield return $"Events has '{type}'; the types are {string.Join(", ", EventTypes.All)}.";
        if (options.Timeout < TimeSpan.FromMilliseconds(10) || options.Timeout > TimeSpan.FromMinutes(5))
            yield return $"Timeout must be 10 milliseconds to 5 minutes (is {options.Timeout}).";
        if (options.MaxAttempts < 1)
            yield return $"MaxAttempts must be at least 1 (is {options.MaxAttempts}).";
    }
}
