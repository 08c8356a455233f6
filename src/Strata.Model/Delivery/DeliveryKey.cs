using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Strata.Model.Delivery;

/// <summary>A system that Strata keeps in line: a kind, or one of several instances of it: <c>kong</c>, <c>kong.eu</c>, <c>events.billing</c>.</summary>
public readonly partial record struct TargetId
{
    private TargetId(string text) => Text = text;

    /// <summary><c>kind</c> or <c>kind.instance</c>.</summary>
    public string Text { get; }

    /// <summary>The part before the dot.</summary>
    public string Kind => Text.Split('.')[0];

    /// <summary>The part after the dot; <c>null</c> without one.</summary>
    public string? Instance => Text.Split('.') is [_, var instance] ? instance : null;

    /// <summary>Reads an id.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TargetId id)
    {
        id = text is not null && Pattern().IsMatch(text) ? new TargetId(text) : default;
        return id.Text is not null;
    }

    /// <summary>Reads an id that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TargetId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no target: kind or kind.instance, of a-z, 0-9, '-' and '_'.");

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}

/// <summary>What is to be brought in line: everything, a platform with its tenants, or one tenant.</summary>
public readonly record struct Scope
{
    private Scope(string text, PlatformId? platform, TenantId? tenant) => (Text, PlatformId, TenantId) = (text, platform, tenant);

    /// <summary><c>all</c>, <c>platform:&lt;id&gt;</c> or <c>tenant:&lt;id&gt;</c>.</summary>
    public string Text { get; }

    /// <summary>The platform of a platform's scope; else <c>null</c>.</summary>
    public PlatformId? PlatformId { get; }

    /// <summary>The tenant of a tenant's scope; else <c>null</c>.</summary>
    public TenantId? TenantId { get; }

    /// <summary>Everything.</summary>
    public static readonly Scope All = new("all", null, null);

    /// <summary>A platform with its tenants.</summary>
    public static Scope Platform(PlatformId id) => new($"platform:{id}", id, null);

    /// <summary>One tenant.</summary>
    public static Scope Tenant(TenantId id) => new($"tenant:{id}", null, id);

    /// <summary>Whom a layer concerns.</summary>
    public static Scope Of(LayerKey layer) => layer switch
    {
        { TenantId: { } tenant } => Tenant(tenant),
        { PlatformId: { } platform } => Platform(platform),
        _ => All,
    };

    /// <summary>Reads a scope.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Scope scope)
    {
        scope = text?.Split(':') switch
        {
            ["all"] => All,
            ["platform", var id] when Model.PlatformId.TryParse(id, out var platform) => Platform(platform),
            ["tenant", var id] when Model.TenantId.TryParse(id, out var tenant) => Tenant(tenant),
            _ => default,
        };
        return scope.Text is not null;
    }

    /// <summary>Reads a scope that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Scope Parse(string text) => TryParse(text, out var scope) ? scope : throw new FormatException($"'{text}' is no scope: all, platform:<id> or tenant:<id>.");

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>The unit of delivery: worked on by one worker at a time, retried and reported by itself.</summary>
/// <param name="Target">Which system.</param>
/// <param name="Scope">What of it.</param>
/// <param name="Part">Which of several equal parts that fail on their own, e.g. a node's address; empty where there is one.</param>
public sealed record DeliveryKey(TargetId Target, Scope Scope, string Part)
{
    /// <inheritdoc/>
    public override string ToString() => Part.Length == 0 ? $"{Target} {Scope}" : $"{Target} {Scope} {Part}";
}

/// <summary>Says that something has changed, never what to do about it.</summary>
/// <param name="Scope">Whose effective configuration may differ now.</param>
/// <param name="Platform">The platform that the scope is or belongs to; <c>null</c> for everything.</param>
public sealed record Mark(Scope Scope, PlatformId? Platform)
{
    /// <summary>The kind of target that alone is concerned; <c>null</c> for all.</summary>
    public string? Kind { get; init; }
}
