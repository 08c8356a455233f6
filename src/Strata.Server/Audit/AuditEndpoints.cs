using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using Strata.Model;
using Strata.Model.Documents;
using Strata.Server.Access;
using Strata.Server.Documentation;
using Strata.Server.Http;
using Strata.Server.Revisions;
using Strata.Storage;

namespace Strata.Server.Audit;

/// <summary>Who did what, and the proof that nobody has touched the record.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("", ListAsync).Needs(Permission.ReadAudit, "ListAuditEvents", "Events, newest first: of a tenant, of a platform, or of everything above tenants")
            .Produces<AuditPageResponse>();
        audit.MapGet("/verify", VerifyAsync).Needs(Permission.ReadAudit, "VerifyAudit", "Recompute the hash chains: shared, tenant:<id> or all")
            .Produces<VerificationResponse>()
            .ExampleAnswer("""
                {"valid":false,"chains":[{"scope":"shared","events":41},
                {"scope":"tenant:acme","events":6,"brokenAt":7,"reason":"Event 7 was changed: it does not have its hash.",
                "findings":[{"table":"audit_event","row":"7","sequence":7,"reason":"Event 7 was changed: it does not have its hash."}]}]}
                """);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, [AsParameters] AuditQuery query, [AsParameters] Paging paging, AuditScopes scopes, AuditStore store, CancellationToken cancellationToken)
    {
        var list = $"audit:{query.Tenant}:{query.Platform}";
        if (!query.ToFilter().TryGet(out var filter, out var error)
            || !paging.Start(list, static key => AuditQuery.Position(key) is not null).TryGet(out var page, out error)
            || !(await scopes.NarrowAsync(context.Grant(), filter, cancellationToken)).TryGet(out filter, out error))
            return new Refusal(error);
        var showActors = context.Grant().SeesAuthorsAbove();
        if (!showActors && filter.Actor is not null)
            return new Refusal(Grants.Forbidden); // a filter would tell what the answer hides
        var found = await store.ListAsync(filter, AuditQuery.Position(page.After) ?? AuditPosition.Newest, page.Limit, cancellationToken);
        var next = found.Next is { } position ? Paging.Encode(list, string.Create(CultureInfo.InvariantCulture, $"{position.Shared} {position.Tenant}")) : null;
        var items = found.Events.Select(seen => AuditEventResponse.Of(seen, showActors));
        return Reply.Ok(new AuditPageResponse([.. items], next), WireJson.Shapes.AuditPageResponse);
    }

    private static async Task<IResult> VerifyAsync(
        HttpContext context, [FromQuery] string? scope, AuditScopes scopes, AuditVerifier verifier, CancellationToken cancellationToken)
    {
        var chains = new List<ChainVerdict>();
        switch (scope ?? AuditStore.SharedChain)
        {
            case AuditStore.SharedChain or "all" when context.Grant().Judge(Permission.ReadInstallation) != Judgement.Granted:
                return new Refusal(Grants.Forbidden);
            case AuditStore.SharedChain:
                chains.Add(await verifier.VerifySharedAsync(cancellationToken));
                break;
            case "all":
                await foreach (var chain in verifier.VerifyAllAsync(cancellationToken))
                    chains.Add(chain);
                break;
            case var text when text.StartsWith("tenant:", StringComparison.Ordinal) && TenantId.TryParse(text["tenant:".Length..], out var tenant):
                if (await scopes.RefuseTenantAsync(context.Grant(), tenant, cancellationToken) is { } error)
                    return new Refusal(error);
                chains.Add(await verifier.VerifyTenantAsync(tenant, cancellationToken));
                break;
            default:
                return Refusal.Of(ErrorCodes.InvalidArgument, $"scope must be shared, tenant:<id> or all (is '{scope}').");
        }
        return Reply.Ok(VerificationResponse.Of(chains), WireJson.Shapes.VerificationResponse);
    }
}

/// <summary>Which events are asked for.</summary>
/// <param name="Tenant">Of this tenant.</param>
/// <param name="Platform">Of this platform.</param>
/// <param name="From">At or after this moment, RFC 3339.</param>
/// <param name="To">Before this moment, RFC 3339.</param>
/// <param name="Actor">Of this actor, by id.</param>
/// <param name="Action">Of this action, e.g. <c>platform.changed</c>.</param>
public readonly partial record struct AuditQuery(
    [FromQuery(Name = "tenant")] string? Tenant, [FromQuery(Name = "platform")] string? Platform,
    [FromQuery(Name = "from")] string? From, [FromQuery(Name = "to")] string? To,
    [FromQuery(Name = "actor")] string? Actor, [FromQuery(Name = "action")] string? Action)
{
    internal Result<AuditFilter> ToFilter()
    {
        (TenantId tenant, PlatformId platform, DateTimeOffset from, DateTimeOffset to) = (default, default, default, default);
        if (Tenant is not null && !TenantId.TryParse(Tenant, out tenant))
            return Wrong("tenant", Slug.Expected, Tenant);
        if (Platform is not null && !PlatformId.TryParse(Platform, out platform))
            return Wrong("platform", Slug.Expected, Platform);
        if (Tenant is not null && Platform is not null)
            return new Error(ErrorCodes.InvalidArgument, "tenant and platform cannot be given together.");
        if (From is not null && !TryParse(From, out from))
            return Wrong("from", "must be a time of RFC 3339, such as 2026-11-23T10:00:00Z", From);
        if (To is not null && !TryParse(To, out to))
            return Wrong("to", "must be a time of RFC 3339, such as 2026-11-23T10:00:00Z", To);
        return new AuditFilter
        {
            Tenant = Tenant is null ? null : tenant,
            Platform = Platform is null ? null : platform,
            From = From is null ? null : from,
            To = To is null ? null : to,
            Actor = Actor,
            Action = Action,
        };
    }

    /// <summary>Where a cursor's key says that the page starts; <c>null</c> when it says nothing.</summary>
    internal static AuditPosition? Position(string? key) => key?.Split(' ') is [var shared, var tenant]
        && long.TryParse(shared, NumberStyles.None, CultureInfo.InvariantCulture, out var inShared)
        && long.TryParse(tenant, NumberStyles.None, CultureInfo.InvariantCulture, out var inTenant)
            ? new AuditPosition(inShared, inTenant)
            : null;

    // .NET alone would take a bare hour for one of today. RFC 3339 knows leap seconds, and .NET does not.
    private static bool TryParse(string text, out DateTimeOffset at)
    {
        at = default;
        return Rfc3339().IsMatch(text)
            && DateTimeOffset.TryParse(text.ToUpperInvariant().Replace(":60", ":59", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out at);
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-5][0-9])\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rfc3339();

    private static Error Wrong(string name, string expected, string value) => new(ErrorCodes.InvalidArgument, $"{name} {expected} (is '{value}').");
}

/// <summary>Which events a caller may see: the scope stands in the query, so the gate could not judge it.</summary>
internal sealed class AuditScopes(TenantPlatforms tenants)
{
    /// <summary>The filter, narrowed by the request's headers, or why it is refused.</summary>
    public async Task<Result<AuditFilter>> NarrowAsync(Grant grant, AuditFilter filter, CancellationToken cancellationToken)
    {
        if (filter is { Tenant: null, Platform: null })
            filter = filter with { Tenant = grant.OnlyTenant, Platform = grant.OnlyTenant is null ? grant.OnlyPlatform : null };
        if (filter.Tenant is { } tenant)
            return await RefuseTenantAsync(grant, tenant, cancellationToken) is { } error ? error : filter;
        var judgement = filter.Platform is { } platform ? grant.Judge(Permission.ReadPlatform, platform) : grant.Judge(Permission.ReadInstallation);
        return judgement == Judgement.Granted ? filter : Grants.Forbidden;
    }

    /// <summary>Why a tenant's events may not be seen; <c>null</c> when they may.</summary>
    public async Task<Error?> RefuseTenantAsync(Grant grant, TenantId tenant, CancellationToken cancellationToken)
    {
        return await tenants.JudgeAsync(grant, Permission.ReadTenant, tenant, cancellationToken) switch
        {
            Judgement.Granted => null,
            Judgement.Forbidden => Grants.Forbidden,
            Judgement.Invisible => Grants.NoTenant,
        };
    }
}

/// <summary>A page of audit events, newest first.</summary>
/// <param name="Items">The events.</param>
/// <param name="NextCursor">For the next page; <c>null</c> after the last.</param>
public sealed record AuditPageResponse(ImmutableArray<AuditEventResponse> Items, string? NextCursor);

/// <summary>An audit event.</summary>
public sealed record AuditEventResponse
{
    /// <summary>The chain that it stands in: <c>shared</c>, or <c>tenant:</c> and the tenant's id.</summary>
    public required string Chain { get; init; }

    /// <summary>Its number in the chain, from 1 without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who, by id; <c>platform</c> where the caller may not know.</summary>
    public required string Actor { get; init; }

    /// <summary>The end user whom a service claims to act for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OnBehalfOf { get; init; }

    /// <summary>What was done, e.g. <c>platform.changed</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To what: <c>platform:dcoder</c>, <c>tenant:acme</c>, <c>allowlist</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>The deepest place that holds everything that differs; absent when that is the whole document.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pointer { get; init; }

    /// <summary>What there is to say that no pointer names, by name: the hash of an approved plan, a replayed event ...</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? Details { get; init; }

    /// <summary>What stood there before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? Before { get; init; }

    /// <summary>What stands there since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Json? After { get; init; }

    /// <summary>Ties together everything that one apply or publish changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ChangeId { get; init; }

    /// <summary>The request's id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>SHA-256 of the event and, through it, of all before it in the chain.</summary>
    public required string Hash { get; init; }

    internal static AuditEventResponse Of(AuditEvent seen, bool showActors) => new()
    {
        Chain = seen.Chain,
        Sequence = seen.Sequence,
        At = seen.At,
        Actor = showActors || seen.Chain != AuditStore.SharedChain ? seen.Body["actor"].Text()! : RevisionResponse.HiddenAuthor,
        OnBehalfOf = showActors || seen.Chain != AuditStore.SharedChain ? seen.Body["onBehalfOf"].Text() : null,
        Action = seen.Body["action"].Text()!,
        Scope = seen.Body["scope"].Text()!,
        Pointer = seen.Body["pointer"].Text(),
        Details = seen.Body["details"],
        Before = seen.Body["before"],
        After = seen.Body["after"],
        ChangeId = seen.Body["changeId"].Text(),
        RequestId = seen.Body["requestId"].Text()!,
        Reason = seen.Body["reason"].Text(),
        Hash = seen.Hash,
    };
}

/// <summary>Whether history is as it was written.</summary>
/// <param name="Valid">Whether all chains are.</param>
/// <param name="Chains">What each chain was found to be.</param>
public sealed record VerificationResponse(bool Valid, ImmutableArray<ChainResponse> Chains)
{
    internal static VerificationResponse Of(IReadOnlyCollection<ChainVerdict> chains) => new(
        chains.All(chain => chain.IsValid),
        [.. chains.Select(ChainResponse.Of)]);
}

/// <summary>A chain of events.</summary>
/// <param name="Scope"><c>shared</c>, or <c>tenant:</c> and the tenant's id.</param>
/// <param name="Events">How many events were checked: all, or those before the first that is wrong.</param>
public sealed record ChainResponse(string Scope, long Events)
{
    /// <summary>The sequence of the first event that is wrong or missing; one after the last when the events are right and what follows from them is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BrokenAt { get; init; }

    /// <summary>What is wrong first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Everything that is wrong, the events first; absent when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<FindingResponse>? Findings { get; init; }

    internal static ChainResponse Of(ChainVerdict chain) => new(chain.Scope, chain.Events)
    {
        BrokenAt = chain.BrokenAt,
        Reason = chain.Reason,
        Findings = chain.IsValid ? null : [.. chain.Findings.Select(finding => new FindingResponse(finding.Table, finding.Row, finding.Reason) { Sequence = finding.At })],
    };
}

/// <summary>One thing that is not as it was written.</summary>
/// <param name="Table">The table of the chain's database, or of the shared one where that holds what follows from the chain.</param>
/// <param name="Row">Which row of it.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record FindingResponse(string Table, string Row, string Reason)
{
    /// <summary>The sequence of the event that is wrong or missing; absent when the events are right and what follows from them is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Sequence { get; init; }
}
