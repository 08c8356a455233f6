using System.Globalization;
using Strata.Model;
using Strata.Server.Http;

namespace Strata.Server.Access;

/// <summary>The development issuer over HTTP; mapped in Development only.</summary>
internal static class DevelopmentIssuerEndpoints
{
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

    public static void MapDevelopmentIssuer(this WebApplication app)
    {
        if (app.Services.GetService<DevelopmentIssuer>() is null)
            return;
        var paths = app.MapGroup("").Needs(Permission.Public).ExcludeFromDescription();
        QueryParameters.Describe(paths);
        paths.MapPost("/dev/token", IssueAsync);
        paths.MapGet("/dev/jwks", (DevelopmentIssuer issuer) => Reply.Ok(issuer.Keys(), WireJson.Shapes.KeySetResponse));
        paths.MapGet("/.well-known/openid-configuration", Discover);
    }

    private static async Task<IResult> IssueAsync(HttpContext context, DevelopmentIssuer issuer, CancellationToken cancellationToken)
    {
        if (!(await RequestBody.ReadObjectAsync(context, cancellationToken)).Then(ReadRequest).TryGet(out var request, out var error))
            return new Refusal(error);
        var (token, expiresAt) = issuer.Sign(request);
        return Reply.Ok(new TokenResponse(token, expiresAt), WireJson.Shapes.TokenResponse, ("Cache-Control", "no-store"));
    }

    private static Reply Discover(HttpRequest request)
    {
        var address = $"{request.Scheme}://{request.Host}";
        var description = new DiscoveryResponse { Issuer = DevelopmentIssuer.Issuer, JwksUri = $"{address}/dev/jwks", TokenEndpoint = $"{address}/dev/token" };
        return Reply.Ok(description, WireJson.Shapes.DiscoveryResponse);
    }

    private static Result<TokenRequest> ReadRequest(Model.Documents.JsonObject body)
    {
        var members = new BodyMembers(body);
        var role = Roles.Parse(members.Text("role"));
        if (role is null)
            members.Refuse<Role>("role", "enum", $"must be {Roles.Expected}");
        var platform = OptionalId<PlatformId>(members, "platform", PlatformId.TryParse);
        var tenant = OptionalId<TenantId>(members, "tenant", TenantId.TryParse);
        if (role == Role.TenantAdmin && tenant is null)
            members.Refuse<TenantId>("tenant", "required", "must be present for a tenant admin");
        if (role == Role.PlatformAdmin && tenant is not null)
            members.Refuse<TenantId>("tenant", "unknown", "must be absent for a platform admin");
        var lifetime = ParseLifetime(members.OptionalText("ttl") ?? "1h");
        if (lifetime is null)
            members.Refuse<TimeSpan>("ttl", "format", "must be a number and s, m, h or d, at most 30d (such as 1h)");
        return members.Error is { } error ? error : new TokenRequest(role!.Value, platform, tenant, lifetime!.Value);
    }

    private static T? OptionalId<T>(BodyMembers members, string name, TryParse<T> parse)
        where T : struct
    {
        if (members.OptionalText(name) is not { } text)
            return null;
        return parse(text, out var id) ? id : members.Refuse<T?>(name, "pattern", $"{Slug.Expected} (is '{text}')");
    }

    private static TimeSpan? ParseLifetime(string text)
    {
        if (text.Length is < 2 or > 9 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            return null;
        TimeSpan? unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        return unit is { } one && count <= MaxLifetime / one ? one * count : null;
    }
}
