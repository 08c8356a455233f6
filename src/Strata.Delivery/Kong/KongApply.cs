using System.Collections.Immutable;
using Strata.Delivery.Loop;
using Strata.Model.Delivery;

namespace Strata.Delivery.Kong;

/// <summary>Makes a node serve a text, and proves it. No answer is a proof: 201 comes before the workers have the configuration, and a lost one says nothing.</summary>
/// <param name="node">The node.</param>
/// <param name="text">What it shall serve.</param>
/// <param name="time">The clock.</param>
internal sealed class KongApply(KongClient node, KongText text, TimeProvider time)
{
    private static readonly TimeSpan ProofTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Pushes and looks. Safe to repeat: a node that has the text already answers 304.</summary>
    public async Task<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await JudgeAsync(await node.PushAsync(text.Utf8, flattens: true, cancellationToken), cancellationToken);
        }
        catch (TargetException trouble)
        {
            // Sent, and nobody can say what came of it.
            return Outcome.Failed(trouble.Message, trouble.RetryAfter) with { IsObserved = false };
        }
    }

    /// <summary>Why the node cannot take the text whatever it says; <c>null</c> when it can. Its settings only change with a restart, so it is asked after one.</summary>
    public async Task<Outcome?> CheckAsync(CancellationToken cancellationToken)
    {
        var described = await node.DescribeAsync(cancellationToken);
        var used = text.Configuration.Plugins.Concat(text.Configuration.Services.SelectMany(service => service.Plugins)).Concat(text.Configuration.Consumers.SelectMany(consumer => consumer.Plugins));
        var missing = used.Select(plugin => plugin.Name).Distinct().Where(name => !described.Plugins.Contains(name)).Order(StringComparer.Ordinal).ToImmutableArray();
        return !described.Version.StartsWith("3.", StringComparison.Ordinal) ? Unfit("WrongVersion", $"The node is Kong {described.Version}, and configurations are made for 3.x.")
            : described.Database != "off" ? Unfit("HasDatabase", $"The node is configured by its database ({described.Database}): it needs KONG_DATABASE=off.")
            : missing.IsEmpty ? null
            : Unfit("PluginsMissing", $"The node does not have the plugins {string.Join(", ", missing)}: add them to its KONG_PLUGINS.");
    }

    // Not a refusal of this text: another is no better, and the same will do after the node's restart.
    private static Outcome Unfit(string reason, string message) => Outcome.Failed(message) with { Conditions = [new Condition("Refused", true, reason, message)] };

    private async Task<Outcome> JudgeAsync(KongAnswer answer, CancellationToken cancellationToken) => answer.Status switch
    {
        201 or 304 => await ProveAsync(answer, cancellationToken),
        400 => await RefusedAsync(answer, cancellationToken),
        413 => Outcome.Stalled(TooLarge(answer), [new Condition("Refused", true, "TooLarge", TooLarge(answer))]),
        429 => Outcome.Waiting($"The node is busy ({answer.Words})", answer.RetryAfter ?? LongestPause),
        _ => await LookAsync(answer, cancellationToken),
    };

    /// <summary>Each worker of the node takes the configuration over by itself; a node that has lost it in between has been restarted.</summary>
    private async Task<Outcome> ProveAsync(KongAnswer answer, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var served = await node.HashAsync(cancellationToken);
            if (served == text.Hash)
                return Outcome.Applied();
            if (served == KongText.NoHash || time.GetElapsedTime(since) > ProofTime)
                return Outcome.Failed($"The node answered {answer.Status} and serves {(served == KongText.NoHash ? "nothing" : served)} instead of {text.Hash}.");
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Whatever the answer was, or without one: the node may have acted.</summary>
    private async Task<Outcome> LookAsync(KongAnswer answer, CancellationToken cancellationToken) =>
        await node.HashAsync(cancellationToken) == text.Hash ? Outcome.Applied() : Outcome.Failed($"The push failed: {answer.Words}", answer.RetryAfter);

    private async Task<Outcome> RefusedAsync(KongAnswer answer, CancellationToken cancellationToken)
    {
        if (KongRefusal.IsSilent(answer))
            answer = await node.PushAsync(text.Utf8, flattens: false, cancellationToken);
        if (answer.Status != 400)
            return await LookAsync(answer, cancellationToken);
        var refusal = KongRefusal.Of(answer, KongFile.Document(text.Configuration));
        return Outcome.Stalled(refusal.Message, refusal.Conditions.IsEmpty ? [new Condition("Refused", true, "RefusedByKong", refusal.Message)] : refusal.Conditions);
    }

    private string TooLarge(KongAnswer answer) =>
        $"The configuration has {text.Utf8.Length / 1024} KiB, too many for the node ({answer.Words}): raise KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE and "
        + "KONG_NGINX_ADMIN_CLIENT_BODY_BUFFER_SIZE, both, or KONG_LMDB_MAP_SIZE, restart it and reconcile.";
}
