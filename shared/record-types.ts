import type { z } from 'zod'
import type * as endpointRecords from './endpoint-records.ts'
import type * as records from './records.ts'

export type Conversation = z.infer<typeof records.Conversation>
export type ConversationRow = z.infer<typeof records.ConversationRow>
export type ConversationSettings = z.infer<typeof records.ConversationSettings>
export type Message = z.infer<typeof records.Message>
export type MessageRole = z.infer<typeof records.MessageRole>
export type MessageStatus = z.infer<typeof records.MessageStatus>
export type ReplyError = z.infer<typeof records.ReplyError>
export type Endpoint = z.infer<typeof endpointRecords.Endpoint>
export type EndpointTest = z.infer<typeof endpointRecords.EndpointTest>
export type Model = z.infer<typeof endpointRecords.Model>
export type Preferences = z.infer<typeof records.Preferences>
export type Settings = z.infer<typeof records.Settings>
export type Sampling = z.infer<typeof records.Sampling>
export type SentSummary = z.infer<typeof records.SentSummary>
export type SendPreview = z.infer<typeof records.SendPreview>
export type WindowSource = z.infer<typeof records.WindowSource>
export type StatisticUnit = z.infer<typeof records.StatisticUnit>
export type AppState = z.infer<typeof records.AppState>
export type HistoryRemedy = z.infer<typeof records.HistoryRemedy>
export type KeyProtection = z.infer<typeof records.KeyProtection>
export type Attachment = z.infer<typeof records.Attachment>
export type ReplyNotice = z.infer<typeof records.ReplyNotice>
export type ToolCall = z.infer<typeof records.ToolCall>
export type Waits = z.infer<typeof endpointRecords.Waits>
export type Capability = z.infer<typeof endpointRecords.Capability>
export type CapabilityName = z.infer<typeof endpointRecords.CapabilityName>
export type UntrustedCertificate = z.infer<typeof endpointRecords.UntrustedCertificate>
export type NetworkConnection = z.infer<typeof endpointRecords.NetworkConnection>
export type ConnectionPurpose = z.infer<typeof endpointRecords.ConnectionPurpose>
