using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using Strata.Model;
using Strata.Server.Http;

namespace Strata.Server.Access;

/// <summary>
/// Lets a request through to its endpoint when the caller's token allows what the endpoint's <see cref="Permission"/> says. An endpoint
/// without a permission is a defect and is never served.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, KnownCallers known)
{
    public async Task InvokeAsync(HttpContext context, TenantPlatforms tenants)
    {
        // Without an endpoint, or with one that routing made up to answer 405 or 415, there is nothing to protect.
        if (context.GetEndpoint() is RouteEndpoint endpoint && await RefuseAsync(context, endpoint, tenants) is { } refusal)
            await refusal.ExecuteAsync(context);
        else
            await next(context);
    }

    private async Task<Refusal?> RefuseAsync(HttpContext context, RouteEndpoint endpoint, TenantPlatforms tenants)
    {
        var permission = endpoint.Metadata.GetMetadata<Permission>() ?? throw new InvalidOperationException($"{endpoint.DisplayName} declares no permission.");
        if (permission.Reach != Reach.Public)
        {
            if (known.Find(context.Request.Headers.Authorization) is not { } caller)
            {
                var login = await context.AuthenticateAsync(Authentication.Chooser);
                if (!login.Succeeded || context.Features.Get<Caller>() is not { } validated)
                    return Unauthenticated(login.Failure);
                known.Keep(context.Request.Headers.Authorization, caller = validated, login.Properties.ExpiresUtc);
            }
            if (!(await ReadGrantAsync(context, caller, tenants)).TryGet(out var grant, out var error))
                return new Refusal(error);
            context.Features.Set(grant);
            if (await JudgeAsync(context, permission, grant, tenants) is { } refused)
                return new Refusal(refused);
        }
        return endpoint.Metadata.GetMetadata<QueryParameters>()?.Refuse(context.Request) is { } wrong ? new Refusal(wrong) : null;
    }

    private static async ValueTask<Error?> JudgeAsync(HttpContext context, Permission permission, Grant grant, TenantPlatforms tenants)
    {
        switch (permission.Reach)
        {
            case Reach.Platform:
                return PlatformId.TryParse(context.Request.RouteValues["platform"] as string, out var platform)
                    ? Explain(grant.Judge(permission, platform))
                    : new Error(ErrorCodes.NotFound, "There is no such platform.");
            case Reach.Tenant:
                return TenantId.TryParse(context.Request.RouteValues["tenant"] as string, out var tenant)
                    ? Explain(await tenants.JudgeAsync(grant, permission, tenant, context.RequestAborted))
                    : Grants.NoTenant;
            default:
                return Explain(grant.Judge(permission));
        }
    }

    private static Error? Explain(Judgement judgement) => judgement switch
    {
        Judgement.Granted => null,
        Judgement.Forbidden => Grants.Forbidden,
        Judgement.Invisible => Grants.NoTenant,
    };

    private static Refusal Unauthenticated(Exception? failure)
    {
        var message = failure switch
        {
            null => "A bearer token is needed.",
            SecurityTokenExpiredException => "The bearer token has expired.",
            _ => "The bearer token is not valid here.",
        };
        return Refusal.Of(ErrorCodes.Unauthenticated, message) with { Challenge = failure is null ? "Bearer" : "Bearer error=\"invalid_token\"" };
    }

    private static async ValueTask<Result<Grant>> ReadGrantAsync(HttpContext context, Caller caller, TenantPlatforms owners)
    {
        if (!ReadHeader<PlatformId>(context.Request, "X-Platform-Id", PlatformId.TryParse).TryGet(out var platform, out var error)
            || !ReadHeader<TenantId>(context.Request, "X-Tenant-Id", TenantId.TryParse).TryGet(out var tenant, out error))
            return error;
        if (platform is { } named && caller.Platforms is { } platforms && !platforms.Contains(named))
            return new Error(ErrorCodes.Forbidden, $"The token is not bound to the platform of X-Platform-Id ({named}).");
        if (tenant is { } one && caller.Tenants is { } tenants && !tenants.Contains(one))
            return new Error(ErrorCodes.Forbidden, $"The token is not bound to the tenant of X-Tenant-Id ({one}).");
        if (platform is { } other && caller.Tenants is { } own && !await owners.HasAnyAsync(other, own, context.RequestAborted))
            return new Error(ErrorCodes.Forbidden, $"None of the token's tenants belongs to the platform of X-Platform-Id ({other}).");
        var owner = tenant is { } only ? await owners.FindAsync(caller, only, context.RequestAborted) : null;
        if (tenant is { } foreign && owner is null && caller.Platforms is not null)
            return new Error(ErrorCodes.Forbidden, $"No platform of the token has the tenant of X-Tenant-Id ({foreign}).");
        return new Grant(caller, platform, tenant, owner);
    }

    private static Result<T?> ReadHeader<T>(HttpRequest request, string name, TryParse<T> parse)
        where T : struct
    {
        if (request.Headers[name] is not { Count: > 0 } values)
            return (T?)null;
        return values is [{ } text] && parse(text, out var id) ? id : new Error(ErrorCodes.InvalidArgument, $"{name} {Slug.Expected}.");
    }
}
