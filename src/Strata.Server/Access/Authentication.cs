using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Strata.Server.Access;

/// <summary>
/// Bearer tokens (RFC 6750) of the configured issuers and, in Development, of the built-in one. One scheme per issuer; the token's own
/// <c>iss</c> chooses.
/// </summary>
internal static class Authentication
{
    /// <summary>
    /// The scheme that finds the token's own. It is no default: the host would check every token before <see cref="AccessGate"/> can say that it knows the caller.
    /// </summary>
    public const string Chooser = "Bearer";

    private const string DevelopmentScheme = "issuer:development";

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        builder.Services.TryAddTime();
        builder.Services.AddSingleton<KnownCallers>();

        var issuers = builder.Configuration.GetSection(AuthOptions.Section).Get<AuthOptions>()?.Issuers ?? [];
        var development = builder.Environment.IsDevelopment();
        if (issuers.Count == 0 && !development)
            throw new OptionsValidationException(AuthOptions.Section, typeof(AuthOptions), ["Auth:Issuers must name at least one issuer outside Development."]);

        // Authentication brings cookies' key ring along; nothing here uses cookies, so no key goes to disk.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        var schemes = builder.Services.AddAuthentication()
            .AddPolicyScheme(Chooser, null, options => options.ForwardDefaultSelector = context => Choose(context, issuers, development));
        for (var i = 0; i < issuers.Count; i++)
        {
            var issuer = issuers[i];
            schemes.AddJwtBearer(Scheme(i), options =>
            {
                options.Authority = issuer.Authority;
                options.Audience = issuer.Audience;
                options.RequireHttpsMetadata = !development;
                Common(options, issuer.Claims);
            });
        }
        if (development)
        {
            builder.Services.AddSingleton(services => DevelopmentIssuer.Open(builder.Configuration["DataFolder"], services.GetRequiredService<TimeProvider>()));
            schemes.AddJwtBearer(DevelopmentScheme, options => Common(options, new ClaimNames()));
            builder.Services.AddOptions<JwtBearerOptions>(DevelopmentScheme).Configure<DevelopmentIssuer>((options, issuer) =>
            {
                options.TokenValidationParameters.ValidIssuer = DevelopmentIssuer.Issuer;
                options.TokenValidationParameters.ValidAudience = DevelopmentIssuer.Audience;
                options.TokenValidationParameters.IssuerSigningKey = issuer.Key;
            });
        }
    }

    private static void TryAddTime(this IServiceCollection services)
    {
        if (!services.Any(service => service.ServiceType == typeof(TimeProvider)))
            services.AddSingleton(TimeProvider.System);
    }

    private static string Scheme(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"issuer:{index}");

    private static string Choose(HttpContext context, IList<IssuerOptions> issuers, bool development)
    {
        var fallback = development ? DevelopmentScheme : Scheme(0);
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return fallback;
        var text = header["Bearer ".Length..].Trim();
        var handler = new JsonWebTokenHandler();
        if (!handler.CanReadToken(text))
            return fallback;
        var issuer = ReadIssuer(handler, text)?.TrimEnd('/');
        for (var i = 0; i < issuers.Count; i++)
        {
            if (issuers[i].Authority.TrimEnd('/') == issuer)
                return Scheme(i);
        }
        return fallback;
    }

    private static string? ReadIssuer(JsonWebTokenHandler handler, string text)
    {
        try
        {
            return handler.ReadJsonWebToken(text).Issuer;
        }
        catch (Exception none) when (none is ArgumentException or FormatException)
        {
            return null; // looked like a token, holds no JSON, or not even Base64
        }
    }

    private static void Common(JwtBearerOptions options, ClaimNames claims)
    {
        options.MapInboundClaims = false;
        options.TokenValidationParameters.ClockSkew = TimeSpan.FromSeconds(30);
        options.TokenValidationParameters.ValidAlgorithms =
        [
            SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        ];
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                if (context.SecurityToken is JsonWebToken token && !token.TryGetHeaderValue<object>("crit", out _) && Caller.Read(token, claims) is { } caller)
                    context.HttpContext.Features.Set(caller);
                else
                    context.Fail("The token lacks sub, names a platform or tenant that cannot be one, or demands an extension (crit).");
                return Task.CompletedTask;
            },
        };
    }
}
