using Microsoft.Extensions.Options;
using Strata.Delivery.Opa;
using Strata.Model;
using Strata.Server.Access;

namespace Strata.Server.Policies;

/// <summary>Finds the key that signs bundles, and stops the start with a sentence when there is none.</summary>
internal sealed class SigningKey(IHostEnvironment environment, IConfiguration configuration) : IValidateOptions<OpaOptions>
{
    private const string Setting = $"{OpaOptions.Section}:{nameof(OpaOptions.SigningKey)}";

    /// <summary>The signer, when the settings are valid.</summary>
    public BundleSigner Open(OpaOptions options) => string.IsNullOrWhiteSpace(options.SigningKey)
        ? new BundleSigner(DevelopmentKey.Open(configuration["DataFolder"], "opa-signing.pem"))
        : Read(options.SigningKey).Value;

    public ValidateOptionsResult Validate(string? name, OpaOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.SigningKey))
        {
            return environment.IsDevelopment()
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"{Setting} must be set outside Development: the private key that signs OPA's bundles, as PEM or as the path of a file.");
        }
        var read = Read(options.SigningKey);
        if (read.Error is { } error)
            return ValidateOptionsResult.Fail($"{Setting} {error.Message}.");
        read.Value.Dispose();
        return ValidateOptionsResult.Success;
    }

    private static Result<BundleSigner> Read(string setting)
    {
        if (setting.TrimStart().StartsWith("-----BEGIN", StringComparison.Ordinal))
            return BundleSigner.Read(setting);
        try
        {
            return BundleSigner.Read(File.ReadAllText(setting));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // What was set may be a key after all, so it is not repeated.
            return new Error(ErrorCodes.InvalidArgument, $"is neither PEM nor the path of a file that can be read ({wrong.GetType().Name})");
        }
    }
}
