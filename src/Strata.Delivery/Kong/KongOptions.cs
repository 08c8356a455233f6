using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Strata.Delivery.Loop;

namespace Strata.Delivery.Kong;

/// <summary>Settings of a Kong deployment: <c>Targets:Kong</c>, and <c>Targets:Kong:Instances:{instance}</c> with the same names.</summary>
public sealed partial record KongOptions
{
    /// <summary>Addresses of the nodes' Admin APIs, without credentials and without a slash at the end.</summary>
    public required ImmutableArray<string> Nodes { get; init; }

    /// <summary>Headers that go with every call to a node, e.g. of a proxy that guards the Admin API. Secret.</summary>
    public ImmutableDictionary<string, string> Headers { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether the first push may replace objects of a node that are not Strata's. Default <c>false</c>.</summary>
    public bool Adopt { get; init; }

    /// <summary>What may be done to the nodes: <c>apply</c> (default), <c>report</c> or <c>off</c>.</summary>
    public TargetMode Mode { get; init; } = TargetMode.Apply;

    /// <summary>Address of the OpenID Connect issuer of the tenants' tokens; <c>null</c> for none, and then no token is accepted.</summary>
    public Uri? Issuer { get; init; }

    /// <summary>The <c>kid</c> of the issuer's key that counts; <c>null</c> keeps the one in use for as long as the issuer announces it.</summary>
    public string? KeyId { get; init; }

    /// <summary>What tokens and counters hang on; its key is filled in by delivery.</summary>
    public KongFacts Facts { get; init; } = new();

    /// <summary>Reads the settings of one deployment.</summary>
    /// <exception cref="OptionsValidationException">Settings are wrong, each told in a sentence.</exception>
    public static KongOptions Read(IConfigurationSection section)
    {
        var reading = new Reading(section);
        var (host, port) = reading.Redis();
        var options = new KongOptions
        {
            Nodes = reading.Nodes(),
            Headers = section.GetSection("Headers").GetChildren().ToImmutableDictionary(header => header.Key, header => header.Value ?? "", StringComparer.OrdinalIgnoreCase),
            Adopt = reading.Word<bool>("Adopt", "true or false", text => bool.TryParse(text, out var adopt) ? adopt : null) ?? false,
            Mode = reading.Word<TargetMode>("Mode", "apply, report or off", ReadMode) ?? TargetMode.Apply,
            Issuer = reading.Word<Uri>("Jwt:Issuer", "an address with http or https", ReadAddress),
            KeyId = section["Jwt:KeyId"],
            Facts = new KongFacts { TenantClaim = section["Jwt:TenantClaim"] is { Length: > 0 } claim ? claim : new KongFacts().TenantClaim, RedisHost = host, RedisPort = port },
        };
        return reading.Faults.Count == 0 ? options : throw new OptionsValidationException(section.Path, typeof(KongOptions), reading.Faults);
    }

    private static TargetMode? ReadMode(string text) => text.ToLowerInvariant() switch
    {
        "apply" => TargetMode.Apply,
        "report" => TargetMode.Report,
        "off" => TargetMode.Off,
        _ => null,
    };

    private static Uri? ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo: "", Query: "", Fragment: "" } ? address : null;

    [GeneratedRegex(@"\A(?<host>[A-Za-z0-9._-]+)(:(?<port>[0-9]{1,5}))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostAndPort();

    private sealed class Reading(IConfigurationSection section)
    {
        public List<string> Faults { get; } = [];

        public ImmutableArray<string> Nodes()
        {
            var nodes = section.GetSection("Nodes").GetChildren().Select(node => node.Value ?? "").ToImmutableArray();
            if (nodes.IsEmpty)
                Faults.Add($"{section.Path}:Nodes must name the Admin API of at least one node, e.g. {section.Path}:Nodes:0=http://kong-1:8001.");
            foreach (var node in nodes.Where(node => ReadAddress(node) is null))
                Faults.Add($"{section.Path}:Nodes must be addresses with http or https and without credentials, which belong into {section.Path}:Headers (one is '{Hidden(node)}').");
            nodes = [.. nodes.Select(node => node.TrimEnd('/'))];
            if (nodes.Distinct(StringComparer.OrdinalIgnoreCase).Count() < nodes.Length)
                Faults.Add($"{section.Path}:Nodes must not name a node twice.");
            return nodes;
        }

        public (string Host, int Port) Redis()
        {
            var (usual, text) = (new KongFacts(), section["Redis"]);
            if (string.IsNullOrEmpty(text))
                return (usual.RedisHost, usual.RedisPort);
            var match = HostAndPort().Match(text);
            var port = match.Groups["port"] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : usual.RedisPort;
            if (!match.Success || port is 0 or > 65535)
                Faults.Add($"{section.Path}:Redis must be host:port as Kong reaches it (is '{text}').");
            return (match.Groups["host"].Value, port);
        }

        public T? Word<T>(string name, string expected, Func<string, T?> read)
            where T : class => section[name] is { Length: > 0 } text ? read(text) ?? Fault<T>(name, expected, text) : null;

        public T? Word<T>(string name, string expected, Func<string, T?> read)
            where T : struct
        {
            if (section[name] is not { Length: > 0 } text)
                return null;
            if (read(text) is { } value)
                return value;
            Fault<object>(name, expected, text);
            return null;
        }

        private T? Fault<T>(string name, string expected, string text)
            where T : class
        {
            Faults.Add($"{section.Path}:{name} must be {expected} (is '{Hidden(text)}').");
            return null;
        }

        // What stands before an @ may be a password.
        private static string Hidden(string address) => address.Contains('@', StringComparison.Ordinal) ? $"…{address[address.LastIndexOf('@')..]}" : address;
    }
}
