namespace Strata.Server.Documentation;

/// <summary>What parameters mean: each name means one thing everywhere.</summary>
internal static class ParameterTexts
{
    public static string? Of(string name) => name switch
    {
        "platform" => "The platform's id.",
        "segment" => "The segment's id within the platform.",
        "tenant" => "The tenant's id.",
        "name" => "The webhook's name in the settings.",
        "eventId" => "The event's id.",
        "section" => "The section's name, e.g. quotas.",
        "number" => "The revision's number.",
        "limit" => "Items a page, 1 to 500; 50 when absent.",
        "cursor" => "The nextCursor of the page before; absent for the first.",
        "dryRun" => "true: only tell what would happen, refusals included.",
        "comment" => "A comment on the revision, at most 1000 characters.",
        "layer" => "own: the layer's sparse document instead of the effective one.",
        "minRevision" => "The X-Strata-Revision of an earlier answer: never answer from before it.",
        "pointer" => "A JSON Pointer (RFC 6901), e.g. /llm/providers/openai; absent for everything.",
        "from" => "Where to begin: a revision's number, for events a time of RFC 3339.",
        "to" => "Where to end: a revision's number, the newest when absent; for events a time of RFC 3339.",
        "status" => "provisioning, active, suspended, offboarding or offboarded.",
        "q" => "A part of the id or display name.",
        "actor" => "A principal's id.",
        "action" => "What was done, e.g. platform.changed.",
        "scope" => "For the audit: shared, tenant:<id> or all, shared when absent. For a target: all, platform:<id> or tenant:<id>, all when absent.",
        "target" => "The target's id: kind or kind.instance.",
        "mode" => "plan: only look. apply: bring the target in line as well, which is the default.",
        "approve" => "The hash of a blocked plan: carry it out all the same.",
        _ => null,
    };
}
