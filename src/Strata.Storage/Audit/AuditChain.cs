using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Strata.Storage;

/// <summary>Where a chain of audit events stands.</summary>
/// <param name="Sequence">The last event's; 0 while there is none.</param>
/// <param name="Hash">The last event's hash (SHA-256); empty while there is none.</param>
internal sealed record ChainHead(long Sequence, byte[] Hash)
{
    /// <summary>The hash as events carry it: lower-case hexadecimal, empty for none.</summary>
    public string Hex => Convert.ToHexStringLower(Hash);
}

/// <summary>
/// The hash chain of one database, shared or a tenant's: each event's body names the hash of the event before it, so no event can be changed, taken
/// out or put in without breaking every hash after it.
/// </summary>
internal static class AuditChain
{
    /// <summary>Locks the head and reads it.</summary>
    public const string LockHead = "select sequence, hash from audit_head for update";

    private const string InsertEvent = """
        with event as (
            insert into audit_event (sequence, body, hash, at)
            values ($1, $2, $3, $4)
        )
        update audit_head
        set sequence = $1, hash = $3
        """;

    /// <summary>
    /// Locks the head after the other statements of a batch, which have no rows. Every commit waits for it until this transaction ends: after it comes
    /// nothing that could wait for another lock.
    /// </summary>
    public static async Task<ChainHead> LockAfterAsync(NpgsqlBatch batch, CancellationToken cancellationToken) =>
        (await batch.Add(LockHead).ReadAsync(reader => reader.RowsAsync(Head, cancellationToken), cancellationToken)).Single();

    /// <summary>Appends one event after a locked head and gives the new one.</summary>
    public static ChainHead Append(NpgsqlBatch batch, ChainHead last, AuditEntry entry)
    {
        var body = entry.ToBody(last.Sequence + 1, last.Hex).ToUtf8();
        var next = new ChainHead(last.Sequence + 1, SHA256.HashData(body));
        batch.Add(InsertEvent, next.Sequence, Encoding.UTF8.GetString(body), next.Hash, entry.Act.At);
        return next;
    }

    /// <summary>Records an act that changes no layer, with its author and its answer. Nothing that could wait for a lock comes after it.</summary>
    public static async Task RecordAsync(NpgsqlTransaction transaction, AuditEntry entry, Answer answer, CancellationToken cancellationToken)
    {
        var rows = transaction.Batch();
        Principals.Seen(rows, entry.Act);
        var last = await LockAfterAsync(rows, cancellationToken);
        rows = transaction.Batch();
        Append(rows, last, entry);
        Claims.Answer(rows, entry.Act.Claim, answer);
        await rows.RunAsync(cancellationToken);
    }

    /// <summary>Reads the head as it stands, without a lock.</summary>
    public const string SelectHead = "select sequence, hash from audit_head";

    /// <summary>The head as it stands, without a lock.</summary>
    public static async Task<ChainHead> HeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.Command(SelectHead).ReadAsync(Head, cancellationToken)).Single();

    /// <summary>Reads the columns sequence and hash.</summary>
    public static ChainHead Head(NpgsqlDataReader reader) => new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
}
