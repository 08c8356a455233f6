using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model.Delivery;

namespace Strata.Delivery.Kong;

/// <summary>
/// Which of the issuer's keys counts. Kong takes one per tenant. A new key is announced before it signs and an old one after it has stopped, and nobody
/// here sees which one signs: so the key in use stays until the issuer withdraws it, or until the settings name another.
/// </summary>
/// <param name="issuer">Where the keys are; <c>null</c> when the settings name no issuer.</param>
/// <param name="keyId">The key that the settings name; <c>null</c> for none.</param>
/// <param name="time">The clock.</param>
internal sealed class KongKeys(KongIssuerClient? issuer, string? keyId, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // Nothing can be delivered without a key, and an issuer that starts together with Strata is there in a moment.
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private ImmutableArray<IssuerKey> _announced = [];
    private string _trouble = "";
    private long? _triedAt;
    private string? _chosen;

    /// <summary>The key that counts, and what is to be told about it.</summary>
    /// <param name="used">The key that a node uses now; <c>null</c> for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TargetException">There is an issuer, and no key of it is known: a configuration without one would lock everybody out.</exception>
    public async Task<(IssuerKey? Key, ImmutableArray<Condition> Conditions)> ChooseAsync(IssuerKey? used, CancellationToken cancellationToken)
    {
        if (issuer is null)
            return (null, [new Condition("IssuerKey", false, "NoIssuer", "No issuer is set, so Kong accepts no token of any tenant.")]);
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var isNew = await ReadAsync(used, cancellationToken);
            var named = keyId is null ? null : _announced.FirstOrDefault(key => key.Id == keyId);
            var kept = used is null ? _announced.FirstOrDefault(key => key.Id == _chosen) : _announced.FirstOrDefault(key => key.Id == used.Id) ?? (isNew ? null : used);
            var key = named ?? kept ?? _announced.FirstOrDefault() ?? throw new TargetException($"The issuer's keys are not known: {_trouble}");
            _chosen = key.Id;
            return (key, [Tell(key)]);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        issuer?.Dispose();
        _reading.Dispose();
    }

    /// <summary>Asks the issuer when what is known is old or lacks the key in use; <c>true</c> when it has answered just now.</summary>
    private async Task<bool> ReadAsync(IssuerKey? used, CancellationToken cancellationToken)
    {
        var isEnough = _trouble.Length == 0 && !_announced.IsEmpty && (used is null || _announced.Any(key => key.Id == used.Id));
        if (_triedAt is { } at && time.GetElapsedTime(at) < (isEnough ? Fresh : used is null && _announced.IsEmpty ? ShortPause : Pause))
            return false;
        _triedAt = time.GetTimestamp();
        try
        {
            (_announced, _trouble) = (await issuer!.ReadAsync(cancellationToken), "");
            return true;
        }
        catch (TargetException trouble)
        {
            _trouble = trouble.Message;
            return false;
        }
    }

    private Condition Tell(IssuerKey key)
    {
        var others = _announced.Where(other => other.Id != key.Id).Select(other => $"'{other.Id}'").ToImmutableArray();
        var rest = others.IsEmpty ? "" : $" The issuer also announces {string.Join(", ", others)}: tokens that those sign are refused until '{key.Id}' is withdrawn or Jwt:KeyId names another.";
        var what = $"Kong verifies tokens with the key '{key.Id}' ({key.Signing.Algorithm}) alone, and checks neither issuer nor audience.{rest}";
        return _trouble.Length == 0
            ? new Condition("IssuerKey", true, others.IsEmpty ? "OnlyKey" : "OneOfSeveral", what)
            : new Condition("IssuerKey", null, "IssuerAway", $"The last known key is kept: {_trouble} {what}");
    }
}
