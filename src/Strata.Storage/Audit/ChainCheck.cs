using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>What another database remembers of a chain.</summary>
/// <param name="By">Who remembers, in words.</param>
/// <param name="Head">Where the chain stood.</param>
internal sealed record RememberedEnd(string By, ChainHead Head);

/// <summary>
/// One walk along a chain and the revisions that it records, inside one snapshot of its database. Streams: a chain of any length takes the memory of one
/// event. Goes on after a finding, taking the hash that is stored for the one to go on from.
/// </summary>
internal sealed class ChainCheck(NpgsqlConnection connection, ChainTables tables, AuditFindings findings)
{
    private ChainHead _last = new(0, []);
    private long? _firstWrong;

    /// <summary>How many events were right before the first that was not.</summary>
    public long Right => (_firstWrong ?? _last.Sequence + 1) - 1;

    /// <summary>Is given every revision in the order of the events that record them, or its layer when it cannot be read.</summary>
    public required Action<string, StoredRevision?> Revision { get; init; }

    /// <summary>Is given the end of the shared chain that an event of a tenant has seen.</summary>
    public Action<long, ChainHead> Seen { get; init; } = static (_, _) => { };

    /// <summary>Finds what is wrong with events and revisions.</summary>
    public async Task RunAsync(IReadOnlyList<RememberedEnd> remembered, CancellationToken cancellationToken)
    {
        await WalkAsync(cancellationToken);
        await CheckEndAsync(cancellationToken);
        foreach (var end in remembered.Where(end => end.Head.Sequence > 0))
            await CheckRememberedAsync(end, cancellationToken);
        await CheckRevisionsAsync(cancellationToken);
    }

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        await using var command = connection.Command(tables.Events).WithoutTimeout();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var next = new ChainHead(reader.GetInt64(0), reader.Nullable<byte[]>(2) ?? []);
            var isNext = next.Sequence == _last.Sequence + 1;
            if (!isNext)
                Wrong(_last.Sequence + 1, $"Event {_last.Sequence + 1} is missing.");
            var body = Body.Parse(reader.GetString(1));
            CheckEvent(next, reader, body, isNext);
            if (body?["number"] is JsonNumber || !reader.IsDBNull(8))
                CheckRevision(reader, next.Sequence, body);
            if (body?["shared"] is JsonObject end && end["sequence"] is JsonNumber sequence)
                Seen(next.Sequence, new ChainHead((long)sequence.Value, Body.Hash(end["hash"].Text() ?? "")));
            _last = next;
        }
    }

    private void CheckEvent(ChainHead next, NpgsqlDataReader reader, JsonObject? body, bool isNext)
    {
        if (!SHA256.HashData(Encoding.UTF8.GetBytes(reader.GetString(1))).AsSpan().SequenceEqual(next.Hash))
            Wrong(next.Sequence, $"Event {next.Sequence} was changed: it does not have its hash.");
        else if (body is null || body["sequence"].Number() != next.Sequence || (isNext && body["previous"].Text() != _last.Hex))
            Wrong(next.Sequence, $"Event {next.Sequence} does not continue event {next.Sequence - 1}: one of them was changed.");
        else if (body["at"].Text() != reader.Moment(3)?.Rfc3339())
            Wrong(next.Sequence, $"Event {next.Sequence} was changed: its moment is not the one that it was recorded with.");
        else if (!tables.Derived.All(column => reader.Nullable<string>(column.Key) == body[column.Value].Text()) || reader.Nullable<long?>(8) != (long?)body["number"].Number())
            Wrong(next.Sequence, $"Event {next.Sequence} was changed: what it is found by is not what it says.");
    }

    private void CheckRevision(NpgsqlDataReader reader, long sequence, JsonObject? body)
    {
        var (layer, number) = (body?["layer"].Text() ?? "", reader.Nullable<long?>(8) ?? 0);
        var row = string.Create(CultureInfo.InvariantCulture, $"{layer} {number}");
        if (reader.IsDBNull(9))
        {
            Revision(layer, null);
            Wrong(sequence, $"Revision {number} of layer '{layer}', which event {sequence} records, is missing.", tables.Revision, row);
            return;
        }
        var revision = Body.Revision(reader, layer, first: 10);
        Revision(layer, revision);
        var hash = revision is null ? [] : RevisionRows.Hash(revision);
        if (!hash.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(9)) || body?["revisionHash"].Text() != Convert.ToHexStringLower(hash))
            Wrong(sequence, $"Revision {number} of layer '{layer}' was changed: it does not have the hash that event {sequence} records.", tables.Revision, row);
    }

    private const string SelectHeads = "select sequence, hash from audit_head";

    private async Task CheckEndAsync(CancellationToken cancellationToken)
    {
        var heads = await connection.Command(SelectHeads).ReadAsync(static reader => new ChainHead(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)), cancellationToken);
        if (heads is not [var head])
            findings.Add("audit_head", "", $"The chain has {heads.Count} heads instead of one.");
        else if (head.Sequence > _last.Sequence)
            Wrong(_last.Sequence + 1, $"The last events are missing: the chain ends at {_last.Sequence}, its head says {head.Sequence}.");
        else if (head.Sequence < _last.Sequence)
            Wrong(head.Sequence + 1, $"Event {head.Sequence + 1} lies beyond the chain's head, which says {head.Sequence}.");
        else if (!head.Hash.AsSpan().SequenceEqual(_last.Hash))
            Wrong(_last.Sequence, $"Event {_last.Sequence} does not have the hash that the chain's head says.", "audit_head", "");
    }

    private const string SelectHash = "select hash from audit_event where sequence = $1";

    private async Task CheckRememberedAsync(RememberedEnd end, CancellationToken cancellationToken)
    {
        var (by, head) = end;
        if (head.Sequence > _last.Sequence)
        {
            Wrong(_last.Sequence + 1, $"The chain ends at {_last.Sequence}, but {by} has seen event {head.Sequence}: events were cut off or an older copy was put back.");
            return;
        }
        var hashes = await connection.Command(SelectHash, head.Sequence).ReadAsync(static reader => reader.GetFieldValue<byte[]>(0), cancellationToken);
        if (hashes is not [var hash] || !hash.AsSpan().SequenceEqual(head.Hash))
            Wrong(head.Sequence, $"Event {head.Sequence} is not the one that {by} has seen: the chain was written anew.");
    }

    private async Task CheckRevisionsAsync(CancellationToken cancellationToken)
    {
        var unrecorded = await connection.Command(tables.Unrecorded, AuditFindings.Most).WithoutTimeout()
            .ReadAsync(static reader => (Layer: reader.GetString(0), Number: reader.GetInt64(1)), cancellationToken);
        foreach (var (layer, number) in unrecorded)
            findings.Add(tables.Revision, string.Create(CultureInfo.InvariantCulture, $"{layer} {number}"), $"Revision {number} of layer '{layer}' was put in: no event records it.");
    }

    private void Wrong(long sequence, string reason) => Wrong(sequence, reason, "audit_event", sequence.ToString(CultureInfo.InvariantCulture));

    private void Wrong(long sequence, string reason, string table, string row)
    {
        _firstWrong = Math.Min(_firstWrong ?? long.MaxValue, sequence);
        findings.Add(table, row, reason, sequence);
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

    /// <summary>The revision that a row holds; <c>null</c> when Strata writes none that reads like this.</summary>
    /// <param name="reader">At the row.</param>
    /// <param name="layer">The key of the revision's layer, if it is one.</param>
    /// <param name="first">Where the columns begin that <see cref="RevisionRows.Read"/> reads.</param>
    public static StoredRevision? Revision(NpgsqlDataReader reader, string layer, int first)
    {
        try
        {
            var revision = RevisionRows.Read(reader, LayerKey.Parse(layer), first);
            return revision.Document.ToString() == reader.GetString(first + 3) ? revision : null;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    /// <summary>A moment; <c>null</c> without one, and when it is before year 1 or after 9999, which PostgreSQL knows.</summary>
    public static DateTimeOffset? Moment(this NpgsqlDataReader reader, int column)
    {
        try
        {
            return reader.Nullable<DateTimeOffset?>(column);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    /// <summary>Whether a value was read that Strata does not write.</summary>
    public static bool IsUnreadable(Exception cause) => cause is InvalidCastException or FormatException or ArgumentException or OverflowException;

    /// <summary>A long history takes its time; the caller's token ends it.</summary>
    public static NpgsqlCommand WithoutTimeout(this NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }
}
