using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>What another database remembers of a chain.</summary>
/// <param name="By">Who remembers, in words.</param>
/// <param name="Head">Where the chain stood.</param>
/// <param name="Published">The number, document and moment that were published from it; <c>null</c> when nothing was.</param>
internal sealed record RememberedEnd(string By, ChainHead Head, (long Number, string Document, DateTimeOffset At)? Published);

/// <summary>One walk along a chain, inside one snapshot of its database. Streams: a chain of any length takes the memory of one event.</summary>
internal sealed class ChainCheck(NpgsqlConnection connection, string scope, ChainQueries queries)
{
    private ChainHead _last = new(0, []);

    /// <summary>Finds the first thing that is wrong.</summary>
    public async Task<ChainVerdict> RunAsync(IReadOnlyList<RememberedEnd> remembered, CancellationToken cancellationToken)
    {
        var fault = await WalkAsync(cancellationToken)
            ?? await CheckEndAsync(cancellationToken)
            ?? await CheckRememberedAsync(remembered, cancellationToken)
            ?? await CheckRevisionsAsync(cancellationToken)
            ?? await CheckHeadsAsync(remembered, cancellationToken);
        return new ChainVerdict(scope, _last.Sequence, fault?.At, fault?.Reason);
    }

    // A long history takes its time; the caller's token ends it.
    private static NpgsqlCommand WithoutTimeout(NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    private sealed record Fault(long At, string Reason);

    private async Task<Fault?> WalkAsync(CancellationToken cancellationToken)
    {
        await using var command = WithoutTimeout(connection.Command(queries.Events));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var next = new ChainHead(reader.GetInt64(0), reader.GetFieldValue<byte[]>(2));
            if (next.Sequence != _last.Sequence + 1)
                return new Fault(_last.Sequence + 1, $"Event {_last.Sequence + 1} is missing.");
            if (CheckEvent(next, reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(7)) is { } changed)
                return changed;
            if (!reader.IsDBNull(4) && CheckRevision(reader, next.Sequence, reader.GetString(1)) is { } fault)
                return fault;
            _last = next;
        }
        return null;
    }

    private Fault? CheckEvent(ChainHead next, string text, DateTimeOffset at)
    {
        if (!SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan().SequenceEqual(next.Hash))
            return new Fault(next.Sequence, $"Event {next.Sequence} was changed: it does not have its hash.");
        var body = Body.Parse(text);
        if (body?["sequence"] is not JsonNumber { Value: var sequence } || (long)sequence != next.Sequence || body["previous"] is not JsonString previous || previous.Value != _last.Hex)
            return new Fault(next.Sequence, $"Event {next.Sequence} does not continue event {_last.Sequence}: one of them was changed.");
        return body["at"] is JsonString said && said.Value == at.Rfc3339()
            ? null
            : new Fault(next.Sequence, $"Event {next.Sequence} was changed: its moment is not the one that it was recorded with.");
    }

    private static Fault? CheckRevision(NpgsqlDataReader reader, long sequence, string text)
    {
        var (layer, number) = (reader.GetString(3), reader.GetInt64(4));
        if (reader.IsDBNull(5))
            return new Fault(sequence, $"Revision {number} of layer '{layer}', which event {sequence} records, is missing.");
        var hash = HashOf(reader, layer);
        var isAsRecorded = hash is not null && hash.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(5))
            && Body.Parse(text)?["revisionHash"] is JsonString recorded && recorded.Value == Convert.ToHexStringLower(hash);
        return isAsRecorded ? null : new Fault(sequence, $"Revision {number} of layer '{layer}' was changed: it does not have the hash that event {sequence} records.");
    }

    /// <summary>The hash of a stored revision; <c>null</c> when no revision that Strata wrote reads like this.</summary>
    private static byte[]? HashOf(NpgsqlDataReader reader, string layer)
    {
        try
        {
            var revision = RevisionRows.Read(reader, LayerKey.Parse(layer), first: 8);
            return revision.Document.ToString() == reader.GetString(6) ? RevisionRows.Hash(revision) : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or InvalidCastException)
        {
            return null;
        }
    }

    private async Task<Fault?> CheckEndAsync(CancellationToken cancellationToken)
    {
        var head = await AuditChain.HeadAsync(connection, cancellationToken);
        if (head.Sequence > _last.Sequence)
            return new Fault(_last.Sequence + 1, $"The last events are missing: the chain ends at {_last.Sequence}, its head says {head.Sequence}.");
        if (head.Sequence < _last.Sequence)
            return new Fault(head.Sequence + 1, $"Event {head.Sequence + 1} lies beyond the chain's head, which says {head.Sequence}.");
        return head.Hash.AsSpan().SequenceEqual(_last.Hash) ? null : new Fault(_last.Sequence, $"Event {_last.Sequence} does not have the hash that the chain's head says.");
    }

    private const string SelectHash = "select hash from audit_event where sequence = $1";

    private async Task<Fault?> CheckRememberedAsync(IReadOnlyList<RememberedEnd> remembered, CancellationToken cancellationToken)
    {
        foreach (var (by, head, _) in remembered.Where(end => end.Head.Sequence > 0))
        {
            if (head.Sequence > _last.Sequence)
                return new Fault(_last.Sequence + 1, $"The chain ends at {_last.Sequence}, but {by} has seen event {head.Sequence}: events were cut off or an older copy was put back.");
            var hashes = await connection.Command(SelectHash, head.Sequence).ReadAsync(static reader => reader.GetFieldValue<byte[]>(0), cancellationToken);
            if (!hashes[0].AsSpan().SequenceEqual(head.Hash))
                return new Fault(head.Sequence, $"Event {head.Sequence} is not the one that {by} has seen: the chain was written anew.");
        }
        return null;
    }

    private async Task<Fault?> CheckRevisionsAsync(CancellationToken cancellationToken)
    {
        var unrecorded = await WithoutTimeout(connection.Command(queries.Unrecorded))
            .ReadAsync(static reader => (Layer: reader.GetString(0), Number: reader.GetInt64(1)), cancellationToken);
        return unrecorded is [var (layer, number)] ? new Fault(_last.Sequence + 1, $"Revision {number} of layer '{layer}' was put in: no event records it.") : null;
    }

    private async Task<Fault?> CheckHeadsAsync(IReadOnlyList<RememberedEnd> remembered, CancellationToken cancellationToken)
    {
        if (queries.Heads is { } heads)
        {
            var wrong = await WithoutTimeout(connection.Command(heads)).ReadAsync(static reader => reader.GetString(0), cancellationToken);
            if (wrong is [var layer])
                return new Fault(_last.Sequence + 1, $"The head of layer '{layer}' was changed: it is not its newest revision.");
        }
        if (queries.Registry is { } registry)
        {
            var wrong = await WithoutTimeout(connection.Command(registry)).ReadAsync(static reader => reader.GetString(0), cancellationToken);
            if (wrong is [var tenant])
                return new Fault(_last.Sequence + 1, $"The registry's row of tenant '{tenant}' was changed: it is not what its attributes say.");
        }
        if (queries.Published is not { } published || remembered is not [{ Published: { Number: > 0 } and var (number, document, at) }])
            return null;
        var revisions = await connection.Command(published, number).ReadAsync(
            static reader => (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1)), cancellationToken);
        return revisions is [var held] && held == (document, at)
            ? null
            : new Fault(_last.Sequence + 1, $"The published head of '{scope}' was changed: it is not revision {number}.");
    }
}

/// <summary>Reading what may have been tampered with.</summary>
internal static class Body
{
    /// <summary>A JSON object; <c>null</c> when it is none any more.</summary>
    public static JsonObject? Parse(string text) => Json.Parse(Encoding.UTF8.GetBytes(text)).TryGet(out var value, out _) ? value as JsonObject : null;

    /// <summary>A hexadecimal hash; empty when it is none.</summary>
    public static byte[] Hash(string text)
    {
        var hash = new byte[text.Length / 2];
        return Convert.FromHexString(text, hash, out _, out var written) == System.Buffers.OperationStatus.Done && written == hash.Length ? hash : [];
    }
}
